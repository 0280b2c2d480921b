import json
from typing import Any

import pytest

from oracle.dataset.columns import Defaults
from oracle.dataset.errors import HeaderUnusable
from oracle.dataset.importing import ImportFormat, LineReader, ParsedLine, Reading
from oracle.dataset.lines import MAX_LINE_BYTES, BadLine
from oracle.domain.record import Category, RecordItem
from oracle.domain.subject import SubjectType

TODAY = 20_000  # 2024-10-04
ALL = "type,value,category,severity,first_seen,last_seen,reason,evidence,confidence,expires,reference"


def read(data: bytes, form: ImportFormat = ImportFormat.CSV, *, step: int = 7, **defaults: Any) -> list[Any]:
    reader = LineReader(Reading(form=form, defaults=Defaults(today=TODAY, **defaults)))
    found: list[ParsedLine | BadLine] = []
    for start in range(0, len(data), step):
        found.extend(reader.feed(data[start : start + step]))
    found.extend(reader.finish())
    return found


def rows(*lines: str, header: str = ALL) -> bytes:
    return "\n".join((header, *lines)).encode()


def json_line(**values: object) -> bytes:
    return json.dumps({"type": "domain", "value": "a.example", "category": 4, "reason": 9} | values).encode()


def test_csv__every_column__is_read() -> None:
    (line,) = read(
        rows(
            "phone,+86 138 0013 8000,telecom_fraud,grave,2024-01-02,2024-02-03,phishing,2,.955,2030-01-01,C1"
        )
    )
    assert (line.number, line.subject.type, line.subject.value) == (2, SubjectType.PHONE, "+8613800138000")
    assert line.item == RecordItem(
        category=Category.TELECOM_FRAUD,
        severity=5,
        first_seen_day=19_724,
        last_seen_day=19_756,
        reason_code=9,
        evidence_class=2,
        confidence_bps=9_550,
        expires_day=21_915,
        holder_reference="C1",
    )


def test_csv__columns_in_another_order_and_empty_cells__take_the_defaults() -> None:
    header = "Category, VALUE ,type,severity,expires"
    (line,) = read(rows("2,A.example ,domain,,", header=header), reason="money_mule")
    assert (line.subject.value, line.item.severity, line.item.reason_code) == ("a.example", 3, 4)
    assert (line.item.first_seen_day, line.item.last_seen_day) == (TODAY, TODAY)
    assert (line.item.expires_day, line.item.confidence_bps) == (TODAY + 730, 8_000)


@pytest.mark.parametrize("step", [1, 2, 5, 10_000])
def test_csv__any_chunking_bom_and_line_ends__gives_the_same_lines(step: int) -> None:
    text = (
        "\ufefftype,value,category,reason\r\ndomain,b\u00fccher.example,4,9\r\n\r\n"
        '"domain","b.example","4","9"\ndomain,c.example,4,9'
    )
    found = read(text.encode(), step=step)
    assert [(line.number, line.subject.value) for line in found] == [
        (2, "xn--bcher-kva.example"),
        (4, "b.example"),
        (5, "c.example"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"domain,a.example,4\n",
        b"type,value\n",
        b"type,value,category,name\n",
        b"type,value,category,type\n",
        b'type,value,"category\n',
        b"\xfft\x00y\x00\n",
        b"x" * (MAX_LINE_BYTES + 1),
    ],
    ids=["none", "one missing", "unknown", "twice", "quotes", "UTF-16", "overlong"],
)
def test_csv__no_usable_header__is_refused(data: bytes) -> None:
    with pytest.raises(HeaderUnusable):
        read(data, step=1000)


def test_csv__nothing_at_all__has_no_lines() -> None:
    assert read(b"") == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("phone,+8613800138000,4,3,,,9", "fields"),
        ("telephone,+8613800138000,4,,,,9,,,,", "type is not"),
        (",+8613800138000,4,,,,9,,,,", "type is missing"),
        ("phone,,4,,,,9,,,,", "value is missing"),
        ("phone,+8613800138000,,,,,9,,,,", "category is missing"),
        ("phone,+8613800138000,fraud,,,,9,,,,", "category is neither"),
        ("phone,+8613800138000,5,,,,9,,,,", "category is neither"),
        ("phone,+8613800138000,4,6,,,9,,,,", "severity is neither"),
        ("phone,+8613800138000,4,,,,,,,,", "reason is missing"),
        ("phone,+8613800138000,4,,,,rumour,,,,", "reason is neither"),
        ("phone,+8613800138000,4,,,,9,hearsay,,,", "evidence is neither"),
        ("phone,+8613800138000,4,,2024-02-30,,9,,,,", "first_seen is not a date"),
        ("phone,+8613800138000,4,,,1969-12-31,9,,,,", "last_seen is not a date"),
        ("phone,+8613800138000,4,,2024-03-01,2024-02-01,9,,,,", "later than"),
        ("phone,+8613800138000,4,,,2024-10-06,9,,,,", "future"),
        ("phone,+8613800138000,4,,,,9,,,2024-10-03,", "expired"),
        ("phone,+8613800138000,4,,,,9,,1.01,,", "confidence"),
        ("phone,+8613800138000,4,,,,9,,nan,,", "confidence"),
        ("phone,+8613800138000,4,,,,9,,high,,", "confidence"),
        (f"phone,+8613800138000,4,,,,9,,,,{'x' * 65}", "reference"),
        ("phone,+8613800138000,4,,,,9,,,,Zhang San", "reference"),
        ('phone,"+8613800138000,4,,,,9,,,,', "quotes"),
        ('phone,"+861380013"8000,4,,,,9,,,,', "quotes"),
        ("phone,+861380013800012345,4,,,,9,,,,", "refused (impossible_number)"),
        ("phone,13800138000,4,,,,9,,,,", "refused (no_country_code)"),
    ],
)
def test_csv__a_bad_line__is_reported_without_its_value_and_the_next_is_read(line: str, part: str) -> None:
    bad, good = read(rows(line, "domain,a.example,4,,,,9,,,,"))
    assert isinstance(bad, BadLine)
    assert bad.number == 2
    assert part in bad.reason
    assert "13800" not in bad.reason
    assert isinstance(good, ParsedLine)


def test_csv__a_quoted_line_break__is_two_bad_lines_and_never_half_a_line() -> None:
    found = read(rows('domain,"a.example', 'b.example",4,,,,9,,,,', "domain,c.example,4,,,,9,,,,"))
    assert [type(line) for line in found] == [BadLine, BadLine, ParsedLine]


def test_lines__wrong_bytes_and_overlong_lines__are_bad_and_the_rest_is_read() -> None:
    data = (
        rows("domain,a.example,4,,,,9,,,,", "")
        + b"domain,\xff\xfe.example,4,,,,9,,,,\n"
        + b"y" * (3 * MAX_LINE_BYTES)
        + b"\ndomain,b.example,4,,,,9,,,,\n"
    )
    found = read(data, step=1_000)
    assert [line.number for line in found] == [2, 3, 4, 5]
    assert [type(line) for line in found] == [ParsedLine, BadLine, BadLine, ParsedLine]
    assert "UTF-8" in found[1].reason
    assert str(MAX_LINE_BYTES) in found[2].reason


def test_lines__longest_line__is_read() -> None:
    line = "domain,a.example,4,,,,9,,,,"
    data = rows(line + " " * (MAX_LINE_BYTES - len(line)), line + " " * (MAX_LINE_BYTES - len(line) + 1))
    assert [type(found) for found in read(data, step=1_000)] == [ParsedLine, BadLine]


def test_phone_region__given_for_the_import__completes_national_numbers() -> None:
    line = "phone,138 0013 8000,4,,,,9,,,,"
    (found,) = read(rows(line), phone_region="CN")
    assert found.subject.value == "+8613800138000"


def test_json_lines__labels_codes_and_numbers__are_read() -> None:
    data = (
        json_line(severity=2, confidence=0.5, evidence="customer_report", reference="C-2")
        + b"\n\n"
        + json_line(category="high_risk_account", reason="money_mule", severity="slight", confidence=None)
    )
    first, second = read(data, ImportFormat.JSON_LINES)
    assert (first.number, first.item.severity, first.item.confidence_bps) == (1, 2, 5_000)
    assert (first.item.category, first.item.evidence_class) == (Category.TELECOM_FRAUD, 3)
    assert (second.number, second.item.severity, second.item.reason_code) == (3, 1, 4)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (b"domain,a.example", "not a JSON object"),
        (b'{"type": "domain"', "not a JSON object"),
        (b"[1]", "lacks"),
        (b'{"type":"phone","value":13800138000,"category":4,"reason":9}', "wrong kind"),
        (json_line(**{"13800138000": 1}), "no column"),
        (json_line(severity=True), "wrong kind"),
        (json_line(severity=2.5), "wrong kind"),
        (json_line(value="13800138000 \ud800"), "not a JSON object"),
        (json_line(value="13800138000"), "refused"),
        (json_line(confidence=1e400), "not a JSON object"),
    ],
)
def test_json_lines__a_bad_line__is_reported_without_its_value(line: bytes, part: str) -> None:
    bad, good = read(line + b"\n" + json_line(), ImportFormat.JSON_LINES)
    assert isinstance(bad, BadLine)
    assert bad.number == 1
    assert part in bad.reason
    assert "13800" not in bad.reason
    assert isinstance(good, ParsedLine)


def test_items__of_lines_that_say_the_same__are_read_once_and_of_others_apart() -> None:
    said = "telecom_fraud,grave,2024-01-02,2024-02-03,phishing,2,.955,2030-01-01"
    first, same, other, *refused = read(
        rows(
            f"domain,a.example,{said},C1",
            f"domain,b.example,{said},C1",
            f"domain,c.example,{said},C2",
            f"domain,d.example,{said},no spaces",
            f"domain,e.example,{said},no spaces",
        )
    )

    assert first.item is same.item
    assert (first.item.holder_reference, other.item.holder_reference) == ("C1", "C2")
    assert [type(line) for line in refused] == [BadLine, BadLine]
