"""What reaches a log line, and what is masked on the way."""

from enum import Enum, IntEnum, StrEnum
from pathlib import Path

import pytest

from oracle.domain.errors import Refused
from oracle.domain.subject import Subject, SubjectType
from oracle.telemetry.redaction import redact

DIGEST = bytes(range(32))


class State(Enum):
    READY = "ready"


class Reason(IntEnum):
    NOT_ACTIVE = 7


class Disguised(StrEnum):
    NAME = "13800138000"


def shown(**fields: object) -> dict[str, object]:
    event = dict(redact(None, "info", {"event": "something happened", **fields}))
    assert event.pop("event") == "something happened"
    return event


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("requester", 3, 3),
        ("elapsed_s", 0.25, 0.25),
        ("frame_bytes", 4096, 4096),
        ("batch_id", DIGEST, "0x" + DIGEST.hex()),
        ("transaction", "0x" + "ab" * 32, "0x" + "ab" * 32),
        ("operator", "0x" + "Ab" * 20, "0x" + "Ab" * 20),
        ("code", "voucher_not_greater", "voucher_not_greater"),
        ("step", "deploy_1", "deploy_1"),
        ("query_id", "q-81Bc_0", "q-81Bc_0"),
        ("endpoint", "https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("route", "/v1/queries/{query_id}", "/v1/queries/{query_id}"),
        ("folder", Path("/srv/bank-a"), "/srv/bank-a"),
        ("batch", DIGEST.hex(), DIGEST.hex()),
        ("reason", 17, 17),
        ("intent", "commit:0x" + "00" * 32, "commit:0x" + "00" * 32),
        ("error", Refused("Not now."), "[refused] Not now."),
        ("error", ValueError("13800138000"), "ValueError"),
        ("error", "timed_out", "timed_out"),
        ("anything", True, True),
        ("anything", None, None),
        ("anything", State.READY, "ready"),
        ("anything", Reason.NOT_ACTIVE, "not_active"),
        ("anything", Disguised.NAME, "name"),
    ],
)
def test_field__allowed_with_a_fitting_value__is_shown(name: str, value: object, text: object) -> None:
    assert shown(**{name: value}) == {name: text}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", Subject(type=SubjectType.PHONE, value="+8613800138000")),
        ("reason", Subject(type=SubjectType.PHONE, value="+8613800138000")),
        ("phone", "+8613800138000"),
        ("card", 6225760008219524),
        ("prefix", 90210),
        ("key", DIGEST),
        ("batch_id", DIGEST + DIGEST),
        ("batch_id", b"short"),
        ("code", "evil.example.com"),
        ("code", "someone@example.com"),
        ("code", "13800138000"),
        ("reason", "id 11010519491231002X"),
        ("operator", "evil.example.com"),
        ("endpoint", "https://user:secret@node.example.com"),
        ("endpoint", "https://node.example.com/v3/0123456789abcdef"),
        ("route", "/v1/records?phone=+8613800138000"),
        ("count", "13800138000"),
        ("reason", 13800138000),
        ("intent", "+8613800138000"),
        ("count", [1, 2]),
        ("error", "Unknown number 13800138000"),
        ("folder", "a text"),
        ("wait_s", "13800138000"),
        ("settings", {"passphrase": "correct horse"}),
    ],
)
def test_field__unknown_or_with_another_kind_of_value__is_masked(name: str, value: object) -> None:
    assert shown(**{name: value}) == {name: f"(masked {type(value).__name__})"}


@pytest.mark.parametrize(
    "event",
    ["asked about 13800138000", "asked about evil.example.com", "to a@b", "", 5, None, "x" * 81],
)
def test_event__anything_but_a_fixed_sentence__is_masked(event: object) -> None:
    assert redact(None, "info", {"event": event}) == {"event": "(masked event)"}


def test_event__absent__line_is_still_there() -> None:
    assert redact(None, "info", {"code": "x"}) == {"event": "(masked event)", "code": "x"}
