"""What the QueryLedger makes of anchors and reports, as effects of orders on a chain of facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from oracle.chain import facts
from oracle.chain.facts import Fact, Position
from oracle.chain.journal import BlockMark
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BatchId, BlockNumber, MemberId
from oracle.domain.messages import Request

Made = list[Callable[[Position], Fact]]


def anchored(lane: Any, root: bytes, batches: int, elements: int) -> Made:
    return [
        lambda at: facts.Anchored(at=at, requester=lane.me, root=root, batches=batches, elements=elements)
    ]


def reported(lane: Any, signed: Any) -> Made:
    (_mode, requester, _nonce, _hash, count, *_), _, _ = signed
    answer_s, appeal_s = (
        lane.chain.view.parameter(name).value for name in ("report_answer_s", "appeal_window_s")
    )
    return [
        lambda at: facts.Reported(
            at=at,
            requester=requester,
            batch_id=_batch_id(lane, signed[0]),
            reporter=lane.me,
            count=count,
            answerable_until=at.block_timestamp + answer_s,
            appeal_by=at.block_timestamp + answer_s + appeal_s,
        )
    ]


def answered(lane: Any, requester: int, batch: bytes, proof: Any) -> Made:
    view = lane.chain.view
    report, anchor = (
        view.anchors.report(MemberId(requester), BatchId(batch)),
        view.anchors.anchor(MemberId(requester), proof[0]),
    )
    needless = anchor.at.block_number <= report.reported.at.block_number
    return [
        lambda at: facts.ReportClosed(at=at, requester=requester, batch_id=batch, state=2 if needless else 3)
    ]


def closed(_lane: Any, requester: int, batch: bytes) -> Made:
    return [lambda at: facts.ReportClosed(at=at, requester=requester, batch_id=batch, state=4)]


def reuse(lane: Any, one: Any, other: Any) -> Made:
    return [
        lambda at: facts.NonceReuseProven(
            at=at,
            requester=one[0][1],
            nonce=one[0][2],
            batch_id=_batch_id(lane, one[0]),
            other_batch_id=_batch_id(lane, other[0]),
        )
    ]


def _batch_id(lane: Any, values: Sequence[Any]) -> BatchId:
    names = Request.__dataclass_fields__
    found: BatchId = lane.chain.batch_id(Request(**dict(zip(names, values, strict=True))))
    return found


EFFECTS: dict[str, Callable[..., Made]] = {
    "anchor": anchored,
    "report": reported,
    "answerReport": answered,
    "closeReport": closed,
    "proveNonceReuse": reuse,
}


@dataclass(slots=True)
class FactMarks:
    """The block hashes of a chain of facts, of as many blocks as there are."""

    start: int
    block_s: int

    async def marks(self, up_to: BlockNumber, limit: int) -> list[BlockMark]:
        return [
            BlockMark(
                number=BlockNumber(number),
                hash=keccak256(b"block %d" % number),
                timestamp=self.start + number * self.block_s,
            )
            for number in range(up_to, max(0, up_to - limit), -1)
        ]
