"""A proposal's calls tried from the timelock on a node's copy of the state: what is refused, what changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from oracle.chain.artifacts import load_artifact
from oracle.chain.bytecode import load_runtime
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused, TransactionReverted
from oracle.chain.node import Call
from oracle.chain.reverts import revert_decoder
from oracle.domain.ids import Address, BlockNumber
from oracle.domain.reports import CallOutcome, Rehearsal, StateChange
from oracle.governing.touched import Glance

_REHEARSAL = "ProposalRehearsal"
_OUTCOMES = "(bool,bytes)[]"
_STEPS = "(address,bytes)[]"
ALONE = (
    "This node cannot try calls one after the other on a changed state: each was tried alone, so a call that "
    "needs another one before it may be shown as refused, and no changes can be shown."
)
UNTRIED = "the governor takes calls about itself only while a proposal is carried out"
LATER = "Tried on the state of now; what is decided is carried out later, on the state of then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsing:
    """Asks one node; nothing of it reaches the chain."""

    connection: ChainConnection
    timelock: Address
    governor: Address

    async def rehearse(
        self, calls: Sequence[tuple[Address, bytes]], glances: Sequence[Glance], *, block: BlockNumber
    ) -> Rehearsal:
        """What became of each call, and what the glances saw change."""
        tried = [call for call in calls if call[0] != self.governor]
        rehearsal = await self._together(tried, glances, block)
        if rehearsal is None:
            alone = [await self._alone(target, data, block) for target, data in tried]
            rehearsal = Rehearsal(block=block, in_sequence=False, outcomes=tuple(alone), remark=ALONE)
        outcomes = iter(rehearsal.outcomes)
        untried = CallOutcome(succeeds=None, reason=UNTRIED)
        all_of_them = [untried if target == self.governor else next(outcomes) for target, _ in calls]
        return replace(rehearsal, outcomes=tuple(all_of_them))

    async def _together(
        self, calls: Sequence[tuple[Address, bytes]], glances: Sequence[Glance], block: BlockNumber
    ) -> Rehearsal | None:
        """None when the node does not run other code in an account's place."""
        views = [(glance.target, glance.calldata) for glance in glances]
        selector = load_artifact(_REHEARSAL).function("rehearse").selector
        call = Call(to=self.timelock, data=selector + encode([_STEPS, _STEPS], [list(calls), views]))
        code = load_runtime(_REHEARSAL)
        try:
            answer = await self.connection.ask(
                lambda node: node.call_with_code(call, block, {self.timelock: code})
            )
            outcomes, before, after = decode([_OUTCOMES] * 3, answer)
        except (NodeRefused, DecodingError):
            return None
        if len(outcomes) != len(calls) or len(before) != len(views) or len(after) != len(views):
            return None
        seen = zip(glances, before, after, strict=True)
        changes = [
            StateChange(what=glance.what, before=glance.read(*first), after=glance.read(*then))
            for glance, first, then in seen
        ]
        return Rehearsal(
            block=block,
            in_sequence=True,
            outcomes=tuple(_outcome(succeeded, data) for succeeded, data in outcomes),
            changes=tuple(changes),
            remark=LATER,
        )

    async def _alone(self, target: Address, data: bytes, block: BlockNumber) -> CallOutcome:
        call = Call(to=target, data=data, sender=self.timelock)
        try:
            await self.connection.ask(lambda node: node.call(call, block))
        except NodeRefused as error:
            if error.data is None and "revert" not in error.reason.lower():
                raise
            return _outcome(False, error.data or b"")
        return CallOutcome(succeeds=True)


def _outcome(succeeded: bool, data: bytes) -> CallOutcome:  # noqa: FBT001 - the pair that a node answers with
    if succeeded:
        return CallOutcome(succeeds=True)
    refused: TransactionReverted = revert_decoder().decode(data or None, "rehearsal")
    values = ", ".join(str(value) for value in refused.arguments)
    return CallOutcome(succeeds=False, reason=f"{refused.error}({values})" if values else refused.error)
