"""A holder's OPRF key over its own subjects, and what worker processes need of its keys to index them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oracle.crypto.tag import tags
from oracle.crypto.voprf import evaluate_own_batch, public_key
from oracle.domain.ids import KeyVersion, MemberId, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKeys:
    """What makes an entry of a record; reaches workers through their pipe and nothing else."""

    oprf_secret: bytes = field(repr=False)
    storage_key: bytes = field(repr=False)
    holder: MemberId
    key_version: KeyVersion


class Tagger:
    """One version of a holder's OPRF key; `processes` share the work when there is much of it."""

    def __init__(
        self, *, secret: bytes, holder: MemberId, key_version: KeyVersion, processes: int = 0
    ) -> None:
        """Without processes of its own everything is done in this one."""
        self._secret = secret
        self.holder = holder
        self.key_version = key_version
        self.processes = processes
        self.public_key = public_key(secret)

    def __repr__(self) -> str:
        return f"Tagger(key_version={self.key_version})"

    def tags(self, subjects: Sequence[bytes]) -> list[Tag]:
        """The tags of `subjects` (`subject_bytes`) in their order: a scalar multiplication each."""
        return own_tags(self._secret, self.holder, self.key_version, subjects)

    def keys(self, storage_key: bytes) -> IndexKeys:
        """Only to be handed to this daemon's worker processes."""
        return IndexKeys(
            oprf_secret=self._secret,
            storage_key=storage_key,
            holder=self.holder,
            key_version=self.key_version,
        )


def own_tags(
    secret: bytes, holder: MemberId, key_version: KeyVersion, subjects: Sequence[bytes]
) -> list[Tag]:
    return tags(evaluate_own_batch(secret, subjects), holder, key_version)
