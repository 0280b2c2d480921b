"""`riskmesh query` and `riskmesh queries`: ask, follow the answers, look again later."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import LocalClient, connect
from oracle.api.schema import query_line
from oracle.cli.command import Session, command, group
from oracle.cli.errors import NobodyAnswered, UsageWrong
from oracle.cli.file_run import Asking, submit
from oracle.cli.printing import Sheet, count, counted, moment, print_json, print_line
from oracle.cli.query_file import Format, Out, Resume, file_task, query_file
from oracle.cli.query_progress import QueryProgress
from oracle.cli.query_report import print_query
from oracle.cli.subject_files import subjects_given
from oracle.domain.reports import AskingMode, Finding, QueryAccepted, QueryState, QuerySummary, RawSubject
from oracle.rules.express import LONGEST_S, SHORTEST_MS
from oracle.subjects import ListName, code_list

app = group(about="Ask.")
SHOWN_REFUSALS = 10
SubjectsFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help="CSV or JSON Lines of type and value, or a plain list with --type; - is standard input.",
    ),
]
DeadlineMs = Annotated[
    int | None,
    typer.Option(
        min=SHORTEST_MS,
        max=LONGEST_S * 1_000,
        help="Express: milliseconds to wait; the configured ones if absent.",
    ),
]


@command(
    app,
    "query",
    example=(
        "riskmesh query phone +46701234567\n"
        "riskmesh query --file subjects.csv --case C-17\n"
        "riskmesh query --file million.csv --out results.jsonl\n"
        "riskmesh query phone +46701234567 --express --deadline-ms 2000"
    ),
    failure="The query was not answered.",
)
async def query(
    session: Session,
    *,
    kind: Annotated[
        str | None, typer.Argument(metavar="TYPE", help="phone, domain, email, id_card, bank_card, …")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="VALUE", help="In any usual spelling.")
    ] = None,
    file: SubjectsFile = None,
    file_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Each line of the file is one value of TYPE.")
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option(help="Code or label, such as onboarding_check; the configured one if absent."),
    ] = None,
    case: Annotated[str, typer.Option(help="Your case number; only a commitment of it leaves.")] = "",
    deadline: Annotated[
        int | None, typer.Option(min=1, help="Seconds that holders have; the configured ones if absent.")
    ] = None,
    express: Annotated[
        bool, typer.Option("--express", help="Ask all holders at once instead of on the chain first.")
    ] = False,
    deadline_ms: DeadlineMs = None,
    out: Out = None,
    file_format: Format = None,
    resume: Resume = None,
    all_lines: Annotated[bool, typer.Option("--all", help="List subjects without a hit too.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the query is final.")] = True,
) -> None:
    """Ask all other members about one subject or a list of them."""
    asking = Asking(
        purpose=_purpose(purpose),
        case_reference=case,
        deadline_s=deadline,
        mode=_mode(express=express, deadline_ms=deadline_ms),
        deadline_ms=deadline_ms,
    )
    task = file_task(file, file_type, form=file_format, out=out, resume=resume)
    if task is not None:
        async with connect(session.settings().api.listen) as client:
            await query_file(session, client, task, asking)
        return
    subjects = subjects_given(kind, values, file, file_type)
    async with connect(session.settings().api.listen) as client:
        accepted = await submit(client, subjects, asking)
        _note_refusals(session, accepted)
        _note_types(session, subjects)
        if not wait:
            _print_accepted(session, accepted)
            return
        session.note(f"Query {accepted.query_id}: {counted(accepted.asked, 'subject')} asked.")
        state = await _follow(session, client, accepted.query_id, lines=express and session.json)
    if express and session.json:
        _require_answer(state)
        return
    _report(session, state, subjects, all_lines=all_lines)


@command(
    app,
    "queries",
    example="riskmesh queries\nriskmesh queries QUERY_ID --json",
    failure="The queries are not known.",
)
async def queries(
    session: Session,
    *,
    query_id: Annotated[str | None, typer.Argument(help="Show this one in full.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
) -> None:
    """List queries, or look at one again."""
    async with connect(session.settings().api.listen) as client:
        if query_id is not None:
            state = await client.query_state(query_id)
            names = {member.member_id: member.name for member in await client.members()}
            if session.json:
                print_json(session.out, state)
            else:
                print_query(session.out, state, (), names=names, all_lines=False)
            return
        listed = await client.queries(limit=limit)
    if session.json:
        print_json(session.out, listed)
        return
    sheet = Sheet("Query", "Phase", "#Asked", "#Hits", "#Purpose", "Asked at (UTC)")
    for one in listed:
        sheet.row(one.query_id, one.phase.value, one.asked, one.hits, one.purpose, moment(one.created_at))
    sheet.print(session.out)


def _mode(*, express: bool, deadline_ms: int | None) -> AskingMode:
    if deadline_ms is not None and not express:
        raise UsageWrong("--deadline-ms goes with --express; other queries have --deadline, in seconds.")
    return AskingMode.EXPRESS if express else AskingMode.COMMITTED


def _purpose(text: str | None) -> int | None:
    """The code of a purpose given by code or label."""
    if text is None or text.isdecimal():
        return None if text is None else int(text)
    found = code_list(ListName.PURPOSES).labelled(text)
    if found is None:
        known = ", ".join(code.label for code in code_list(ListName.PURPOSES).codes)
        raise UsageWrong(f"There is no purpose '{text}'. Known are {known}.")
    return found.code


def _note_types(session: Session, subjects: tuple[RawSubject, ...]) -> None:
    kinds = sorted({subject.type for subject in subjects})
    if len(kinds) > 1:
        session.note(
            f"This query asks about {', '.join(kinds)} together. Where they belong to one person, holders "
            "see prefixes that narrow the candidates together: ask about them apart, or among many others."
        )


async def _follow(session: Session, client: LocalClient, query_id: str, *, lines: bool) -> QueryState:
    """Until it is final; `lines` prints each event as it comes, as the interface's own stream has it."""
    with QueryProgress(session) as progress:
        async for event in client.query_events(query_id):
            progress.show(event)
            if lines:
                print_line(session.out, query_line(event))
            if isinstance(event, QuerySummary) and event.phase.final:
                break
    return await client.query_state(query_id)


def _report(
    session: Session, state: QueryState, subjects: tuple[RawSubject, ...], *, all_lines: bool
) -> None:
    if session.json:
        print_json(session.out, state)
    else:
        names = {holder.holder: holder.holder_name for holder in state.holders}
        print_query(session.out, state, subjects, names=names, all_lines=all_lines)
    _require_answer(state)


def _require_answer(state: QueryState) -> None:
    if all(result.state is Finding.NO_ANSWER for result in state.results):
        raise NobodyAnswered(
            "No holder answered before the deadline; nothing is charged. "
            "See 'riskmesh members' and 'riskmesh status', then ask again."
        )


def _note_refusals(session: Session, accepted: QueryAccepted) -> None:
    for refusal in accepted.refused[:SHOWN_REFUSALS]:
        session.note(f"Subject {refusal.index + 1} is not asked: {refusal.reason}")
    if len(accepted.refused) > SHOWN_REFUSALS:
        session.note(f"… and {count(len(accepted.refused) - SHOWN_REFUSALS)} more that are not asked.")


def _print_accepted(session: Session, accepted: QueryAccepted) -> None:
    if session.json:
        print_json(session.out, accepted)
    else:
        session.say(accepted.query_id)
        session.note(f"Look at it with: riskmesh queries {accepted.query_id}")
