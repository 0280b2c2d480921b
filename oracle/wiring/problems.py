"""What the status calls a problem: each says what is wrong and what to do."""

from collections.abc import Iterator

from oracle.chain.holding import explained
from oracle.domain.audits import CaseState
from oracle.domain.ids import MemberId, Sequence
from oracle.domain.reports import ChainStatus
from oracle.rules.anchoring import what_to_do_about_a_report
from oracle.rules.cases import to_do
from oracle.wiring.foundation import Foundation

LAGGING_BLOCKS = 10
STILL_S = 45
"""A chain whose newest block is older stands still: many times the time between two blocks."""


def problems_of(base: Foundation, chain: ChainStatus, me: MemberId | None, *, now_s: int) -> tuple[str, ...]:
    """All that needs attention, the chain first."""
    return (*_of_the_chain(base, chain, now_s), *_of_nodes(chain), *_of_the_member(base, me))


def told_missing(sequence: Sequence, *, shared: bool) -> str:
    """Of a dataset that is not the published one."""
    if shared:
        return (
            f"The dataset of this daemon does not have the published snapshot {sequence}: it takes messages "
            "and leaves the answers to the daemon that has it. Copy that one's dataset here (`riskmesh "
            "records copy`), then start this daemon again."
        )
    return (
        f"The dataset does not have the published snapshot {sequence}, so what was asked on it is refused. "
        "Import what is missing and run `riskmesh records publish`."
    )


def _of_the_chain(base: Foundation, chain: ChainStatus, now_s: int) -> Iterator[str]:
    if chain.held is not None:
        yield explained(chain.held)
    if not chain.reachable:
        yield "No node answers. Check [chain] rpc and that the node runs; nothing is lost."
    elif chain.head_block - chain.cursor_block > LAGGING_BLOCKS:
        behind = chain.head_block - chain.cursor_block
        yield f"Events are read up to {behind} blocks behind the node; it is catching up."
    elif (still_s := _still_s(base, now_s)) > STILL_S:
        yield (
            f"The chain stands still: its newest block, {chain.head_block}, is {still_s} s old. Too few "
            "validators run or reach each other, or this node is cut off. Nothing is lost: what is "
            "open goes on with the next block."
        )


def _of_nodes(chain: ChainStatus) -> Iterator[str]:
    """While another one serves: what is wrong with those that should stand in for it."""
    for node in chain.endpoints:
        if node.reason:
            yield node.reason if node.name in node.reason else f"Node {node.name}: {node.reason}"


def _of_the_member(base: Foundation, me: MemberId | None) -> Iterator[str]:
    if me is None:
        yield (
            "The registry does not know this institution yet. Give application.json to a member, who runs "
            "`riskmesh propose admit`; this daemon starts its work when the vote is carried out."
        )
        return
    if not base.view.in_standing(me):
        yield "This member is not in standing: it can neither ask nor be asked."
    balance, floor = base.view.balance(me), base.view.parameter("credit_floor").value
    if balance <= 0:
        yield (
            f"The balance is {balance} credits and may fall to {-floor}: holders answer less and less. "
            "Redeem what others owe (`riskmesh redeem`), or ask less until answers have earned some."
        )
    yield from _of_cases(base, me)
    yield from _of_reports(base, me)


def _of_cases(base: Foundation, me: MemberId) -> Iterator[str]:
    """Who does not answer has lost; what was lost, a vote can still overturn."""
    now = base.clock.chain_time()
    for case in base.view.audits.newest_cases():
        if case.accused != me:
            continue
        what, state = f"{case.kind.name.lower()}, case 0x{case.id.hex()}", case.state(now)
        if state is CaseState.OPEN:
            left = _hours(case.answer_by - now)
            yield f"This member is accused ({what}) and has to answer within {left}. {to_do(case, me, now)}"
        elif state is CaseState.UPHELD:
            yield f"A case against this member ({what}) has gone against it. {to_do(case, me, now)}"


def _of_reports(base: Foundation, me: MemberId) -> Iterator[str]:
    """What was not answered in time, together: there may be many, and one appeal can name them all."""
    now = base.clock.chain_time()
    missed = [one for one in base.view.anchors.open_reports_on(me) if one.is_unanswered(now)]
    if missed:
        left = _hours(min(one.reported.appeal_by for one in missed) - now)
        yield (
            f"{len(missed)} reports of our express batches are unanswered (`riskmesh audits` lists them; a "
            f"vote on the first has to be carried out within {left}). "
            f"{what_to_do_about_a_report(unanswered=True)}"
        )


def _hours(seconds: int) -> str:
    return f"{seconds // 3_600} h" if seconds >= 2 * 3_600 else f"{max(0, seconds) // 60} min"


def _still_s(base: Foundation, now_s: int) -> int:
    """Age of the newest block read; 0 before the first."""
    return 0 if base.view.head is None else now_s - base.clock.chain_time()
