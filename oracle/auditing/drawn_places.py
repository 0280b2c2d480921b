"""Which places of anchors draws fell on: each place is tried once, in steps, beside the event loop."""

import asyncio
from dataclasses import dataclass
from typing import Final

from oracle.chain.books.audits import Draw
from oracle.chain.facts import Anchored
from oracle.chain.view import AllianceView
from oracle.crypto.draws import leaves_drawn
from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import MemberId

STEP: Final = 8_192
"""Places that are tried at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """An anchor and the draw of its epoch: another block of either is another one."""

    value: bytes
    sample_ppm: int
    requester: MemberId
    root: bytes
    batches: int


class DrawnPlaces:
    """Lost with the process, which then tries them all again."""

    def __init__(self) -> None:
        self._drawn: dict[_Try, tuple[AnchorLeaf, ...]] = {}

    async def follow(self, view: AllianceView) -> None:
        """Try what was not tried yet, of anchors that audits reach and whose draw is made."""
        if view.head is None:
            return
        oldest = view.now - view.parameter("audit_retention_s").value
        wanted = [
            one
            for anchor in view.anchors.all
            if anchor.at.block_timestamp >= oldest
            and (one := _try(view.audits.draws.get(view.epoch_of(anchor.at.block_timestamp)), anchor))
        ]
        self._drawn = {one: self._drawn[one] for one in wanted if one in self._drawn}
        for one in wanted:
            if one not in self._drawn:
                self._drawn[one] = await _tried(one)

    def of(self, anchor: Anchored, draw: Draw) -> tuple[AnchorLeaf, ...] | None:
        """None while they are not tried."""
        wanted = _try(draw, anchor)
        return None if wanted is None else self._drawn.get(wanted)


def _try(draw: Draw | None, anchor: Anchored) -> _Try | None:
    if draw is None or draw.value is None:
        return None
    return _Try(
        value=draw.value,
        sample_ppm=draw.sample_ppm,
        requester=anchor.requester,
        root=anchor.root,
        batches=anchor.batches,
    )


async def _tried(one: _Try) -> tuple[AnchorLeaf, ...]:
    found: list[AnchorLeaf] = []
    for first in range(0, one.batches, STEP):
        places = range(first, min(first + STEP, one.batches))
        found += await asyncio.to_thread(
            leaves_drawn, one.value, one.sample_ppm, one.requester, one.root, places
        )
    return tuple(found)
