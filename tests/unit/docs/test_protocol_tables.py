"""docs/protocol.md gives the strings, sizes and codes that the code has."""

import re
from collections.abc import Callable

import pytest

from oracle.crypto.typed_data import TYPE_STRINGS
from oracle.domain.messages import MessageType
from oracle.domain.query import ELEMENT_SIZE, MAX_BATCH, Element
from oracle.domain.settlement import RefusalReason
from oracle.peer.bodies.disclosures import disclosures_frame_size
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.bodies.receipt import receipt_frame_size
from oracle.peer.frames import KIB, SIZE_CLASSES_V1, size_class_for
from oracle.peer.headers import HEADER_SIZE, largest_message, message_size
from oracle.peer.paths import (
    ANCHOR_PROOFS,
    ENVELOPES,
    EXPRESS,
    OPENINGS,
    RECALLS,
    RECEIPTS,
    REPLIES,
    VOUCHER_STATE,
)
from oracle.peer.statements import RECEIPT_SIZE, REPLY_HEAD_SIZE, REQUEST_SIZE

PAGE = "docs/protocol.md"
ENVELOPE_OVERHEAD = 1 + 1 + 3
"""A map of one key, and the head of a byte string of up to 65,535 bytes."""

Rows = list[dict[str, str]]
TableOf = Callable[[str, str, str], Rows]


@pytest.fixture(scope="module")
def text(document: Callable[[str], str]) -> str:
    return document(PAGE)


def _bytes(size: str) -> int:
    number, unit = size.split()
    return int(number) * {"KiB": KIB, "MiB": KIB * KIB}[unit]


def test_type_strings__every_struct__stands_in_the_page(text: str) -> None:
    stated = [line for line in text.splitlines() if re.fullmatch(r"[A-Z]\w+\([a-z].*\)", line)]

    assert sorted(stated) == sorted(TYPE_STRINGS.values())


def test_reasons__every_code_of_the_list__has_a_row_with_its_name(table: TableOf) -> None:
    rows = table(PAGE, "code", "name")
    stated = {int(row["code"]): row["name"].strip("*`") for row in rows}

    assert stated == {reason.value: reason.name for reason in RefusalReason}


def test_statements__their_sizes__are_the_stated_ones(prose: Callable[[str], str]) -> None:
    text = prose(PAGE)

    assert f"{REQUEST_SIZE}, {REPLY_HEAD_SIZE} and {RECEIPT_SIZE} bytes" in text
    assert f"header ({HEADER_SIZE} bytes)" in text


def test_message_table__every_type__has_its_greatest_frame(table: TableOf) -> None:
    rows = table(PAGE, "type", "message")

    assert [int(row["type"]) for row in rows] == list(MessageType)
    for row in rows:
        kind = MessageType(int(row["type"]))
        assert largest_message(kind) == message_size(kind, _bytes(row["greatest frame"]))


def test_size_classes__the_table_of_version_1__is_the_stated_one(prose: Callable[[str], str]) -> None:
    sentence = prose(PAGE).partition("Classes, version 1:")[2].partition(".")[0]
    stated = re.findall(r"\d+ [KM]iB", sentence)

    assert [_bytes(size) for size in stated] == list(SIZE_CLASSES_V1)


def test_exact_sizes__greatest_count_of_each_class__is_where_the_next_class_begins(table: TableOf) -> None:
    rows = table(PAGE, "frame", "receipt")
    columns = (
        ("receipt", receipt_frame_size),
        ("disclosures", disclosures_frame_size),
        ("envelope", lambda count: size_class_for(ENVELOPE_OVERHEAD + ELEMENT_SIZE * count)),
    )
    for column, size_of in columns:
        stated = {int(row[column].replace(",", "")): _bytes(row["frame"]) for row in rows if row[column]}
        assert max(stated) == MAX_BATCH
        for count, size in stated.items():
            assert size_of(count) == size
            assert count == MAX_BATCH or size_of(count + 1) > size


def test_exact_sizes__content_formulas__are_those_of_the_code(text: str) -> None:
    for count in range(1, MAX_BATCH + 1):
        assert receipt_frame_size(count) == size_class_for(148 + 408 * count)
        assert disclosures_frame_size(count) == size_class_for(58 + 2_872 * count)
    assert "`148 + 408 · count`" in text
    assert "`58 + 2,872 · count`" in text


def test_envelope__whole_frames__have_the_sizes_that_their_overhead_gives() -> None:
    for count in (1, 110, 111, 442, 443, MAX_BATCH):
        elements = [Element(blinded=bytes(32), prefix_bits=0, prefix=0)] * count

        assert len(encode_envelope(elements)) == size_class_for(ENVELOPE_OVERHEAD + ELEMENT_SIZE * count)


def test_paths__of_the_lines_between_members__stand_in_the_page(text: str) -> None:
    for path in (ENVELOPES, REPLIES, RECEIPTS, VOUCHER_STATE, EXPRESS, ANCHOR_PROOFS, OPENINGS, RECALLS):
        assert path in text
