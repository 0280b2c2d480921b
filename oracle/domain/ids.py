"""Identifiers: each has its own type, so that one can never stand in for another unnoticed."""

from typing import NewType

MemberId = NewType("MemberId", int)
"""Immutable number of a member in the registry, uint64, from 1."""

BatchId = NewType("BatchId", bytes)
"""EIP-712 digest of a `Request`, 32 bytes."""

Address = NewType("Address", str)
"""EIP-55 checksummed account address."""

KeyVersion = NewType("KeyVersion", int)
"""Version of one of a member's keys, uint32, from 1."""

Sequence = NewType("Sequence", int)
"""Sequence number of a published snapshot, uint64, from 1."""

BlockNumber = NewType("BlockNumber", int)

Credits = NewType("Credits", int)
"""Amount in credits, the smallest unit of account; may be negative down to the floor."""

Tag = NewType("Tag", bytes)
"""Pseudonym of a subject under one holder's OPRF key, 16 bytes."""
