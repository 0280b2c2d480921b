"""The hash of the subject rules is fixed by the published encoding and printed in the documents."""

from pathlib import Path

from eth_hash.auto import keccak

from oracle.domain.subject import SubjectType
from oracle.subjects import ListName, SubjectReason, code_list, code_lists_hash, golden_vectors, rules_hash

DOCUMENT = (Path(__file__).parents[3] / "docs" / "subjects.md").read_text(encoding="utf-8")


def head(major: int, size: int) -> bytes:
    """Head of a CBOR item in its shortest form, RFC 8949 section 4.2.1."""
    if size < 24:
        return bytes((major << 5 | size,))
    return (
        bytes((major << 5 | 24, size)) if size < 256 else bytes((major << 5 | 25,)) + size.to_bytes(2, "big")
    )


def text(value: str) -> bytes:
    return head(3, len(value.encode())) + value.encode()


def array(*items: bytes) -> bytes:
    return head(4, len(items)) + b"".join(items)


def test_rules_hash__encoded_by_hand__is_the_same() -> None:
    vectors = [
        array(
            head(0, each),
            array(
                *(
                    array(text(vector.raw), text(vector.canonical))
                    for vector in golden_vectors()[each].accepted
                )
            ),
            array(
                *(array(text(vector.raw), text(vector.reason)) for vector in golden_vectors()[each].refused)
            ),
        )
        for each in sorted(SubjectType)
    ]
    assert rules_hash() == keccak(array(head(0, 1), array(*vectors)))


def test_document__hashes__are_the_computed_ones() -> None:
    assert f"0x{rules_hash().hex()}" in DOCUMENT
    assert f"0x{code_lists_hash().hex()}" in DOCUMENT


def test_document__reasons__are_listed_with_their_text() -> None:
    missing = [
        reason.value for reason in SubjectReason if f"| `{reason.value}` | {reason.text} |" not in DOCUMENT
    ]
    assert missing == []


def test_document__code_lists__are_printed_in_full() -> None:
    codes = [each for name in ListName for each in code_list(name).codes]
    missing = [
        each.label for each in codes if f"| {each.code} | `{each.label}` | {each.meaning} |" not in DOCUMENT
    ]
    assert missing == []
