"""Whole log lines: ours, those of libraries, and exceptions on their way out."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from oracle.domain.errors import Refused
from oracle.telemetry.exceptions import describe
from oracle.telemetry.logs import LINES_A_MINUTE, ForeignHandler, configure
from oracle.telemetry.metrics import REGISTRY

PHONE = "+8613800138000"


class VoucherTooSmall(Refused):
    code = "voucher_too_small"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a collector would read."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure(level=logging.INFO, as_json=True, stream=stream)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def only(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    parsed: dict[str, object] = json.loads(line)
    return parsed


def test_line__event_with_fields__has_time_level_and_fields(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(batch_id=bytes(32))

    structlog.get_logger().info("batch committed", count=3, subject=PHONE)

    line = only(lines)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "batch committed",
        "level": "info",
        "batch_id": "0x" + "00" * 32,
        "count": 3,
        "subject": "(masked str)",
    }


def test_line__below_the_level__is_not_written(lines: io.StringIO) -> None:
    structlog.get_logger().debug("nobody reads this")

    assert lines.getvalue() == ""


def test_line__value_formatted_into_the_event__is_masked(lines: io.StringIO) -> None:
    structlog.get_logger().info("asked about %s", PHONE)

    assert PHONE not in lines.getvalue()


def test_library__warning_with_arguments__shows_the_literal_only(lines: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").warning("Unknown host %s.", PHONE)

    line = only(lines)
    assert (line["library"], line["template"], line["level"]) == (
        "aiohttp.access",
        "Unknown host %s",
        "warning",
    )
    assert PHONE not in lines.getvalue()


def test_library__message_already_formatted__is_dropped(lines: io.StringIO) -> None:
    logging.getLogger("sqlalchemy").error(PHONE)

    assert only(lines)["template"] is None
    assert PHONE not in lines.getvalue()


def test_library__information__is_not_written_even_if_the_library_asks(lines: io.StringIO) -> None:
    chatty = logging.getLogger("chatty")
    chatty.setLevel(logging.INFO)
    chatty.info("SELECT")

    assert lines.getvalue() == ""


def test_library__level_of_its_own__counts_as_the_one_below(lines: io.StringIO) -> None:
    logging.getLogger("library").log(35, "between")

    assert only(lines)["level"] == "warning"


def test_warning__of_the_interpreter__does_not_carry_its_text(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(PHONE, stacklevel=1)

    assert only(lines)["library"] == "py.warnings"
    assert PHONE not in lines.getvalue()


def test_exception__of_ours_caused_by_a_foreign_one__shows_our_text_and_no_foreign_text(
    lines: io.StringIO,
) -> None:
    try:
        try:
            int(PHONE + "x")
        except ValueError as error:
            raise VoucherTooSmall("The voucher covers 3 of 5 queries.") from error
    except Refused:
        structlog.get_logger().exception("reply refused")

    text = str(only(lines)["exception"])
    assert "VoucherTooSmall [voucher_too_small] The voucher covers 3 of 5 queries." in text
    assert "because of\nbuiltins.ValueError\n" in text
    assert "unit/telemetry/test_logs.py:" in text
    assert PHONE not in lines.getvalue()


def test_exception__a_group_with_a_long_chain__is_cut_and_has_no_values() -> None:
    error: Exception = ValueError(PHONE)
    for _ in range(20):
        outer = ValueError(PHONE)
        outer.__cause__ = error
        error = outer

    text = describe(ExceptionGroup("several", [error, KeyError(PHONE)]))

    assert text.count("builtins.ValueError") == 8
    assert "builtins.KeyError" in text
    assert "and more" in text
    assert PHONE not in text


def test_console__an_exception__is_readable_and_redacted() -> None:
    stream = io.StringIO()
    configure(level=logging.INFO, as_json=False, stream=stream)
    try:
        structlog.get_logger().error("import failed", exc_info=ValueError(PHONE), count=2)
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)

    assert "import failed" in stream.getvalue()
    assert "builtins.ValueError" in stream.getvalue()
    assert PHONE not in stream.getvalue()


def test_library__speaking_all_the_time__is_heard_a_few_times_a_minute_and_counted(
    lines: io.StringIO,
) -> None:
    handler = next(each for each in logging.getLogger().handlers if isinstance(each, ForeignHandler))
    before = _counted()

    for second in range(90):
        handler.handle(_said(line=17, at_s=1_000 + second))
    handler.handle(_said(line=18, at_s=1_000))

    heard = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["line"] for line in heard] == [17] * (2 * LINES_A_MINUTE) + [18]
    assert [line.get("left_out_count") for line in heard if "left_out_count" in line] == [60 - LINES_A_MINUTE]
    assert _counted() - before == 91


def _said(*, line: int, at_s: float) -> logging.LogRecord:
    record = logging.LogRecord(
        "aiohttp.server",
        logging.ERROR,
        "web_protocol.py",
        line,
        "Error handling request from %s",
        ("x",),
        None,
    )
    record.created = at_s
    return record


def _counted() -> float:
    found = REGISTRY.get_sample_value(
        "riskmesh_log_events_total", {"level": "error", "event": "a library says"}
    )
    return found or 0.0
