"""`riskmesh propose auditor`, `dismissal`, `appeal`: who audits, and what shall not stand."""

import time
from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.auditor_papers import read_papers
from oracle.cli.command import Session, command
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import moment
from oracle.cli.proposing import NOT_PROPOSED, propose, submit
from oracle.domain.reports import CaseLine, CaseReason, CaseStanding, ProposedCall

AUDITS = "AuditLedger"
__all__ = ["propose"]
_VOTE = ("voting_delay_s", "voting_period_s", "timelock_delay_s")
"""What passes at least from a proposal to its execution."""


@command(
    propose,
    "auditor",
    example="riskmesh propose auditor supervision/auditor.json",
    failure=NOT_PROPOSED,
)
async def auditor(
    session: Session,
    papers: Annotated[Path, typer.Argument(help="auditor.json as riskmesh auditor init wrote it.")],
) -> None:
    """Propose to appoint an auditor; of its name only the hash goes on the chain."""
    call = ProposedCall(contract=AUDITS, function="appoint", arguments=read_papers(papers).arguments)
    await submit(session, call)


@command(
    propose,
    "dismissal",
    example="riskmesh propose dismissal 0x52908400098527886E0F7030069857D2E4169EE7",
    failure=NOT_PROPOSED,
)
async def dismissal(
    session: Session,
    account: Annotated[str, typer.Argument(help="The auditor's account, as riskmesh auditors lists it.")],
) -> None:
    """Propose to dismiss an auditor; its votes on open cases no longer count then."""
    async with connect(session.settings().api.listen) as client:
        known = [one.account for one in await client.auditors()]
    chosen = [one for one in known if one.lower() == account.lower()]
    if not chosen:
        raise UsageWrong(f"{account} is no auditor. 'riskmesh auditors' lists them.")
    await submit(session, ProposedCall(contract=AUDITS, function="dismiss", arguments=(chosen[0],)))


@command(propose, "appeal", example="riskmesh propose appeal 0x8c1f", failure=NOT_PROPOSED)
async def appeal(
    session: Session,
    cases: Annotated[
        list[str],
        typer.Argument(help="Cases and reports, as riskmesh audits lists them; first digits are enough."),
    ],
    *,
    found: Annotated[
        int | None,
        typer.Option(min=0, help="Faults that it shall stand for, 0 for none; without it, the contrary."),
    ] = None,
) -> None:
    """Propose to overturn what cases or reports came to: to the contrary, or to another number of faults."""
    async with connect(session.settings().api.listen) as client:
        known = await client.cases()
        lasts = {line.name: int(line.value) for line in await client.parameters() if line.name in _VOTE}
    chosen = [_chosen(digits, known) for digits in cases]
    await submit(session, *(_overturning(one, found) for one in chosen))
    ends = min(one.appeal_by or 0 for one in chosen)
    if time.time() + sum(lasts.values()) > ends:
        session.note(
            f"A vote lasts longer than all of this can be appealed against, which is until {moment(ends)}."
        )


def _overturning(chosen: CaseLine, found: int | None) -> ProposedCall:
    if chosen.standing not in {CaseStanding.UPHELD, CaseStanding.DISMISSED} or chosen.appeal_by is None:
        raise UsageWrong(
            f"Case {chosen.case_id} is {chosen.standing.value}: only upheld or dismissed ones are overturned."
        )
    instead = (0 if chosen.found else 1) if found is None else found
    if instead == chosen.found or instead > chosen.most:
        raise UsageWrong(
            f"Case {chosen.case_id} came to {chosen.found} already; name another number up to {chosen.most}."
        )
    if chosen.reason is CaseReason.REPORT:
        arguments = (str(chosen.accused), chosen.case_id)
        return ProposedCall(contract="QueryLedger", function="overturnReport", arguments=arguments)
    return ProposedCall(contract=AUDITS, function="overturn", arguments=(chosen.case_id, str(instead)))


def _chosen(digits: str, cases: tuple[CaseLine, ...]) -> CaseLine:
    found = [one for one in cases if one.case_id.startswith(digits.lower())]
    if len(found) != 1:
        what = "No case begins" if not found else f"{len(found)} cases begin"
        raise UsageWrong(f"{what} with '{digits}'. 'riskmesh audits' and 'riskmesh disputes' list them.")
    return found[0]
