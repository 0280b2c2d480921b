"""A dossier's report as one page: nothing is loaded from anywhere, everything foreign is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby

from oracle.cli.dossier_words import case_facts, verdict
from oracle.cli.printing import count, counted, moment
from oracle.domain.reports import CaseLine, DossierReport, HolderFolder, ProofLine, ProofResult
from oracle.subjects import ListName, code_list

_SIGNS = {
    ProofResult.PASSED: ("passed", "✓"),
    ProofResult.FAILED: ("failed", "✕"),
    ProofResult.NOT_APPLICABLE: ("open", "·"),
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: DossierReport) -> str:
    """HTML in UTF-8."""
    style = (files(__package__) / "dossier_page.css").read_text()
    title = f"Dossier of batch {report.batch_id[:14]}…"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{_head(report)}
{_section("On the chain about it", _cases(report)) if report.cases else ""}
{_section("The question", _question(report))}
{_section("What was asked about", _elements(report))}
{_section("What each holder answered", _holders(report))}
{_section("What was checked", _checks(report))}
<footer>Recomputed from the dossier <code>{escape(report.digest)}</code> and the chain
{report.chain_id}, registry <code>{escape(report.registry)}</code>. Nothing that the file says of itself
counts; <code>riskmesh audit verify</code> takes this page, and repeats every check on any machine.</footer>
</main>
</body>
</html>
"""


def _head(report: DossierReport) -> str:
    found = verdict(report)
    who = escape(f"{report.requester_name or 'Member'} (member {report.requester})")
    about = f" about {counted(len(report.elements), 'subject')}" if report.elements else ""
    return f"""<header>
<p class="kicker">Riskmesh dossier</p>
<h1>Batch <code>{escape(report.batch_id)}</code></h1>
<p>{who} asked{about} on {moment(report.issued_at)} UTC.</p>
<div class="verdict {found.tone.value}"><strong>{escape(found.holds)}</strong>
<span>{escape(found.unclaimed)}</span><span>{escape(found.checks)}</span></div>
</header>"""


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _question(report: DossierReport) -> str:
    purpose = code_list(ListName.PURPOSES).numbered(report.purpose)
    meaning = "unknown" if purpose is None else f"{purpose.label.replace('_', ' ')}: {purpose.meaning}"
    block = "on no block of this chain"
    if report.stands_in_block is not None and report.block_time is not None:
        word = "committed in" if report.mode == "committed" else "asked at"
        block = f"{word} block {count(report.stands_in_block)}, {moment(report.block_time)} UTC"
    rows = [
        ("Purpose", f"{report.purpose} · {meaning}"),
        ("Case reference", report.case_reference or "none was given"),
        ("Mode", report.mode),
        ("Commitment" if report.mode == "committed" else "Reference", block),
        ("Answers until", f"{moment(report.deadline)} UTC"),
    ]
    if report.anchor_root is not None:
        rows.append(("Anchor", report.anchor_root))
    return _facts(rows)


def _elements(report: DossierReport) -> str:
    if not report.elements:
        return "<p>The dossier opens none of its elements.</p>"
    hits: dict[int, list[str]] = {}
    for one in report.holders:
        for index in one.hits:
            hits.setdefault(index, []).append(one.name or str(one.holder))
    rows = (
        (
            str(one.index),
            one.type.replace("_", " "),
            one.value,
            ", ".join(hits.get(one.index, ())) or "nobody",
        )
        for one in report.elements
    )
    return _table(("No.", "Type", "Subject", "Found at"), rows)


def _holders(report: DossierReport) -> str:
    if not report.holders:
        return "<p>The dossier says nothing of any holder.</p>"
    return "".join(_holder(one) for one in report.holders)


def _holder(one: HolderFolder) -> str:
    said = one.state if not one.reason else f"{one.state}: {one.reason.replace('_', ' ')}"
    rows = [("State", said)]
    if one.answered_at is not None and one.sequence is not None and one.snapshot_block is not None:
        rows += [
            ("Signed", f"{moment(one.answered_at)} UTC"),
            ("Snapshot", f"{count(one.sequence)}, published in block {count(one.snapshot_block)}"),
            ("Root", one.root or ""),
            ("Hits", f"{count(len(one.hits))}, claimed {count(len(one.claimed))}"),
        ]
    if one.unclaimed:
        rows.append(("Read and not claimed", count(len(one.unclaimed))))
    if one.charge is not None:
        rows.append(("Costs", f"{count(one.charge)} credits for this reply"))
    if one.voucher_amount is not None:
        rows.append(("Voucher", f"{count(one.voucher_amount)} credits owed in all, signed with the receipt"))
    records = _table(
        ("Element", "Category", "Severity", "Reason", "Confidence", "Holder's reference"),
        (
            (
                str(line.index),
                line.category.replace("_", " "),
                str(line.severity),
                _reason(line.reason_code),
                f"{line.confidence_bps / 100:.0f} %",
                line.holder_reference or "-",
            )
            for line in one.disclosed
        ),
    )
    disclosed = f"<h4>Disclosed</h4>{records}" if one.disclosed else ""
    title = escape(f"{one.name or 'Member'} (member {one.holder})")
    return f"<article><h3>{title}</h3>{_facts(rows)}{disclosed}</article>"


def _reason(code: int) -> str:
    found = code_list(ListName.REASONS).numbered(code)
    return str(code) if found is None else found.label.replace("_", " ")


def _checks(report: DossierReport) -> str:
    names = {one.holder: one.name for one in report.holders}
    parts = []
    for holder, lines in groupby(report.checks, key=lambda line: line.holder):
        title = "The batch" if holder is None else f"{names.get(holder) or 'Member'} (member {holder})"
        parts.append(f"<h3>{escape(title)}</h3><ul class='checks'>{''.join(map(_check, lines))}</ul>")
    return "".join(parts)


def _check(line: ProofLine) -> str:
    kind, sign = _SIGNS[line.result]
    against = ""
    if line.result is ProofResult.FAILED:
        against = f" <em>Speaks against the {escape(line.against.value)}.</em>"
    return (
        f'<li class="{kind}"><span class="sign" title="{escape(line.result.value)}">{sign}</span>'
        f"<b>{escape(line.name)}</b><span>{escape(line.why)}{against}</span></li>"
    )


def _cases(report: DossierReport) -> str:
    return "".join(map(_case, report.cases))


def _case(one: CaseLine) -> str:
    to_do = f'<p class="todo"><b>To do</b> {escape(one.to_do)}</p>' if one.to_do else ""
    return (
        f"<article><h3>Case <code>{escape(one.case_id)}</code></h3>{_facts(case_facts(one))}{to_do}</article>"
    )


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<dl>{cells}</dl>"


def _table(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Each cell names its column, for screens on which a row is a list."""
    head = "".join(f"<th>{escape(one)}</th>" for one in columns)
    body = "".join(f"<tr>{''.join(map(_cell, columns, row))}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(column: str, content: str) -> str:
    return f'<td data-column="{escape(column)}">{escape(content)}</td>'
