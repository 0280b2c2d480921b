"""A dossier's report in a terminal: what it comes to stands last, where it is still in view."""

from rich.console import Console

from oracle.cli.audits import print_to_do
from oracle.cli.dossier_words import Tone, case_facts, verdict
from oracle.cli.printing import Sheet, facts, moment, shown
from oracle.domain.reports import DossierReport, ProofLine, ProofResult
from oracle.subjects import ListName, code_list

_STYLES = {
    ProofResult.PASSED: "green",
    ProofResult.FAILED: "bold red",
    ProofResult.NOT_APPLICABLE: "dim",
}
_TONES = {Tone.PASSED: "bold green", Tone.MIXED: "bold yellow", Tone.FAILED: "bold red"}


def print_report(out: Console, report: DossierReport) -> None:
    """Of 80 columns' width, and whole identifiers in them."""
    _print_question(out, report)
    _print_holders(out, report)
    _print_checks(out, report)
    for one in report.cases:
        facts(out, ("Case", shown(one.case_id, style="cyan")), *case_facts(one))
        out.print()
    _print_verdict(out, report)
    print_to_do(out, report.cases)


def _print_question(out: Console, report: DossierReport) -> None:
    purpose = code_list(ListName.PURPOSES).numbered(report.purpose)
    facts(
        out,
        ("Batch", report.batch_id),
        ("Asked by", f"{report.requester} {report.requester_name}".rstrip()),
        ("Mode", report.mode),
        ("Signed (UTC)", moment(report.issued_at)),
        ("Purpose", "unknown" if purpose is None else purpose.label),
        ("Case ref.", report.case_reference or None),
        ("Block", report.stands_in_block),
        ("Elements", len(report.elements) or None),
        ("Digest", report.digest),
    )


def _print_holders(out: Console, report: DossierReport) -> None:
    # What vouchers come to stands among the checks: with a column of its own, headings break at 80 columns.
    sheet = Sheet("Holder", "State", "#Hits", "#Claimed", "#Unclaimed", "#Disclosed", "#Charge")
    for one in report.holders:
        sheet.row(
            f"{one.holder} {one.name}".rstrip(),
            one.state,
            len(one.hits),
            len(one.claimed),
            len(one.unclaimed) or None,
            len({line.index for line in one.disclosed}),
            one.charge,
        )
    sheet.print(out, otherwise="The dossier says nothing of any holder.")


def _print_checks(out: Console, report: DossierReport) -> None:
    sheet = Sheet("#Holder", "Check", "Result", "Why")
    for line in report.checks:
        sheet.row(line.holder, line.name, shown(line.result.value, style=_STYLES[line.result]), _why(line))
    sheet.print(out)


def _why(line: ProofLine) -> str:
    against = f" Against the {line.against.value}." if line.result is ProofResult.FAILED else ""
    return line.why + against


def _print_verdict(out: Console, report: DossierReport) -> None:
    found = verdict(report)
    out.print(shown(found.holds, style=_TONES[found.tone]))
    out.print(shown(found.unclaimed))
    out.print(shown(found.checks))
