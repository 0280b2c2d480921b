"""The block that an express request is asked at: which snapshots answer, at whose prices."""

from dataclasses import dataclass

from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBlock:
    """A final block, as both sides read it themselves; the request names its number and hash."""

    number: BlockNumber
    hash: bytes
    timestamp: int
    """Unix seconds."""
