"""The figures that are counted: bounded labels, and the loop's lag."""

import asyncio
import io
import logging
import time
from collections.abc import Iterator

import pytest
import structlog
from prometheus_client import generate_latest

from oracle.domain.settlement import RefusalReason, reason_name
from oracle.telemetry.logs import configure
from oracle.telemetry.loop_lag import watch_loop
from oracle.telemetry.metrics import EVENTS, REGISTRY, timed_stage


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(level=logging.ERROR, as_json=True, stream=stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)


def _count(level: str, event: str) -> float:
    return EVENTS.labels(level, event)._value.get()  # noqa: SLF001 - the library has no other way to read it


def test_event__below_the_level_and_a_warning__is_counted_and_not_written(written: io.StringIO) -> None:
    before = _count("warning", "reply_rejected")

    structlog.get_logger().warning("reply_rejected", holder=3)
    structlog.get_logger().info("reply_rejected")

    assert _count("warning", "reply_rejected") == before + 1
    assert written.getvalue() == ""


@pytest.mark.usefixtures("written")
def test_event__with_a_subject_formatted_into_it__makes_no_label_of_it() -> None:
    structlog.get_logger().error("asked about +8613800138000")

    assert b"8613800138000" not in generate_latest(REGISTRY)


@pytest.mark.parametrize("code", [0, 20, 9_999, 65_535])
def test_reason__a_number_that_only_a_peer_knows__is_other(code: int) -> None:
    assert reason_name(code) == "other"


def test_reason__of_the_published_list__is_its_name() -> None:
    assert reason_name(RefusalReason.EXPOSURE_EXCEEDED) == "exposure_exceeded"


def _stage_count(stage: str) -> float:
    return REGISTRY.get_sample_value("riskmesh_stage_seconds_count", {"stage": stage}) or 0.0


def test_stage__that_fails__is_not_observed() -> None:
    with pytest.raises(ValueError, match="no"), timed_stage("test"):
        raise ValueError("no")
    assert _stage_count("test") == 0

    with timed_stage("test"):
        pass
    assert _stage_count("test") == 1


async def test_loop__held_up_by_a_call_that_blocks__has_a_lag_and_says_so() -> None:
    stream = io.StringIO()
    configure(level=logging.WARNING, as_json=True, stream=stream)
    watching = asyncio.create_task(watch_loop(every_s=0.001, threshold_s=0.02))
    try:
        async with asyncio.timeout(60):
            while "event_loop_lags" not in stream.getvalue():
                await asyncio.sleep(0.002)
                time.sleep(0.05)  # noqa: ASYNC251 - what must not be done is what is noticed
    finally:
        watching.cancel()
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)

    assert (REGISTRY.get_sample_value("riskmesh_loop_lag_worst_seconds") or 0) > 0.02
