"""Which version of the wire two members speak with each other."""

from collections.abc import Set as AbstractSet

BEFORE_NEGOTIATION = frozenset({1})
"""What a member understands that says nothing of versions: it runs a build that knew only the first."""


def shared_version(ours: AbstractSet[int], theirs: AbstractSet[int]) -> int | None:
    """The newest that both understand; None when there is none."""
    return max(ours & theirs, default=None)
