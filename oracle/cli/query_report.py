"""A finished query for people: hits first, then the holders, then one sentence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from oracle.cli.printing import Sheet, count, counted, percent, shown
from oracle.domain.reports import (
    Finding,
    HolderState,
    QueryState,
    RawSubject,
    RecordState,
    SubjectResult,
)

FEW = 20
"""So many subjects at most are listed even when there is no hit on them."""
_STYLES = {
    HolderState.ANSWERED: "green",
    HolderState.WAITING: "yellow",
    HolderState.FAILED: "bold red",
    HolderState.DECLINED: "red",
    HolderState.SILENT: "red",
}


def print_query(
    out: Console,
    state: QueryState,
    subjects: Sequence[RawSubject],
    *,
    names: Mapping[int, str],
    all_lines: bool,
) -> None:
    """`subjects` are those submitted, where the caller has them; without, results go by position."""
    by_subject: dict[int, list[SubjectResult]] = defaultdict(list)
    for result in state.results:
        by_subject[result.index].append(result)
    sheet = Sheet("Subject", "Result", "Holder", "Category", "#Severity", "Last seen", "#Confidence")
    for index in sorted(by_subject):
        results = by_subject[index]
        hits = [result for result in results if result.state is Finding.HIT]
        subject = _subject(index, subjects)
        for hit in hits:
            _hit_rows(sheet, subject, hit, names)
        if not hits and (all_lines or len(by_subject) <= FEW):
            sheet.row(subject, _no_hit(results), "", "", "", "", "")
    if not sheet.empty:
        sheet.print(out)
    _holders(out, state)
    _sentence(out, state, by_subject)


def _hit_rows(sheet: Sheet, subject: Text, hit: SubjectResult, names: Mapping[int, str]) -> None:
    holder = _holder(hit.holder, names)
    if not hit.record:
        kept = hit.record_state or RecordState.PENDING
        sheet.row(subject, shown("hit", style="bold red"), holder, f"record {kept.value}", "", "", "")
    for item in hit.record:
        sheet.row(
            subject,
            shown("hit", style="bold red"),
            holder,
            f"{item.category}, {hit.recalled} since" if hit.recalled else item.category,
            item.severity,
            item.last_seen.isoformat(),
            percent(item.confidence_bps),
        )


def _no_hit(results: Sequence[SubjectResult]) -> Text:
    silent = sum(result.state is Finding.NO_ANSWER for result in results)
    if silent == 0:
        return shown("clear", style="green")
    if silent == len(results):
        return shown("no answer", style="yellow")
    return shown(f"clear at {len(results) - silent} of {len(results)}", style="yellow")


def _holders(out: Console, state: QueryState) -> None:
    sheet = Sheet("Holder", "State", "#Asked", "#Hits", "#Paid", "#Latency ms", "Reason")
    for one in state.holders:
        sheet.row(
            _holder(one.holder, {one.holder: one.holder_name}),
            shown(one.state.value, style=_STYLES[one.state]),
            one.asked,
            one.hits,
            one.paid,
            one.latency_ms,
            one.reason,
        )
    if not sheet.empty:
        sheet.print(out)


def _sentence(out: Console, state: QueryState, by_subject: Mapping[int, list[SubjectResult]]) -> None:
    everyone = list(by_subject.values())
    hit = sum(any(one.state is Finding.HIT for one in results) for results in everyone)
    clear = sum(all(one.state is Finding.MISS for one in results) for results in everyone)
    paid = sum(holder.paid for holder in state.holders)
    open_ends = len(everyone) - hit - clear
    parts = [
        f"{count(state.summary.asked)} asked",
        f"{count(hit)} with a hit",
        f"{count(clear)} clear at every holder",
        *([f"{count(open_ends)} not fully answered"] if open_ends else []),
        *([f"{count(len(state.refused))} refused"] if state.refused else []),
        f"{counted(paid, 'credit')} owed" + (" so far" if _uncharged(state) else ""),
    ]
    out.print(shown(f"{state.summary.phase.value.capitalize()}: {' · '.join(parts)}", style="bold"))


def _uncharged(state: QueryState) -> bool:
    """Whether an answer is here whose charge is not: it is written a moment later, with the receipt."""
    return any(one.state is HolderState.ANSWERED and not one.paid for one in state.holders)


def _subject(index: int, subjects: Sequence[RawSubject]) -> Text:
    if index >= len(subjects):
        return shown(f"#{index + 1}")
    return shown(f"{subjects[index].type} {subjects[index].value}")


def _holder(number: int, names: Mapping[int, str]) -> Text:
    return shown(names.get(number) or f"member {number}")
