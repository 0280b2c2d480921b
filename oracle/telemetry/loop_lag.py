"""Watches the event loop: how late it comes back to a task that only sleeps."""

import asyncio
from collections import deque

import structlog

from oracle.telemetry.metrics import LOOP_LAG, LOOP_LAG_WORST

log = structlog.get_logger()
EVERY_S = 0.25
KEPT = 240
"""Measurements of a minute."""
THRESHOLD_S = 0.5
"""Above it every other member and the institution's own systems notice: it is logged."""


async def watch_loop(*, every_s: float = EVERY_S, threshold_s: float = THRESHOLD_S) -> None:
    """Measure until cancelled."""
    loop = asyncio.get_running_loop()
    recent = deque([0.0], maxlen=KEPT)
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        lag_s = max(0.0, loop.time() - due)
        recent.append(lag_s)
        LOOP_LAG.observe(lag_s)
        LOOP_LAG_WORST.set(max(recent))
        if lag_s > threshold_s:
            log.warning("event_loop_lags", lag_ms=round(lag_s * 1_000))
