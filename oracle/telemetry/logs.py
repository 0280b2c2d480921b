"""Sets logging up: our events and those of libraries, one redacted line each."""

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TextIO

import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks
from structlog.typing import FilteringBoundLogger, Processor

from oracle.telemetry.exceptions import describe_exception
from oracle.telemetry.log_file import LogFile
from oracle.telemetry.metrics import EVENTS
from oracle.telemetry.redaction import redact

LINES_A_MINUTE = 6
"""From one place in a library. Others can make a library speak, with each malformed request if they like."""
_MINUTE_S = 60.0
_FOREIGN = "a library says"


@dataclass(slots=True, kw_only=True)
class _Minute:
    """Of one place in a library."""

    began: float
    lines: int = 0


class ForeignHandler(logging.Handler):
    """Takes what libraries log with the standard library, without the arguments: who knows what they hold.

    What is above `LINES_A_MINUTE` is counted, and the next line of that place says how many there were.
    """

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._minutes: dict[tuple[str, int], _Minute] = {}

    def emit(self, record: logging.LogRecord) -> None:
        place = (record.name, record.lineno)
        minute = self._minutes.get(place)
        if minute is None or record.created - minute.began >= _MINUTE_S:
            left_out = 0 if minute is None else max(0, minute.lines - LINES_A_MINUTE)
            minute = self._minutes[place] = _Minute(began=record.created)
        else:
            left_out = 0
        minute.lines += 1
        if minute.lines > LINES_A_MINUTE:
            EVENTS.labels(record.levelname.lower(), _FOREIGN).inc()
            return
        log: FilteringBoundLogger = structlog.get_logger()
        # Where there are arguments, the message is a literal of the library's source.
        template = str(record.msg).replace(".", " ").strip() if record.args else None
        log.log(
            min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL),
            _FOREIGN,
            library=record.name,
            template=template,
            line=record.lineno,
            **({"left_out_count": left_out} if left_out else {}),
            exc_info=record.exc_info,
        )


def _tell_retry(details: RetryDetails) -> None:
    """What is tried again, in our own words: the library's event would carry arguments."""
    log: FilteringBoundLogger = structlog.get_logger()
    log.info("trying again", attempt=details.retry_num, wait_s=details.wait_for, error=details.caused_by)


def _counted(level: int) -> Processor:
    """Counts warnings and errors whatever `level` says, then drops what is below it."""

    def count(
        _logger: object, method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        severity = logging.getLevelNamesMapping().get(method.upper(), logging.ERROR)
        if severity >= logging.WARNING:
            EVENTS.labels(method, event["event"]).inc()
        if severity < level:
            raise structlog.DropEvent
        return event

    return count


def _copied(file: LogFile) -> Processor:
    """Writes each event, as JSON, to a file as well."""
    as_json = structlog.processors.JSONRenderer(sort_keys=True)

    def copy(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
        file.write(str(as_json(logger, method, dict(event))))
        return event

    return copy


def configure(*, level: int, as_json: bool, stream: TextIO, file: LogFile | None = None) -> None:
    """Send all log events of `level` and above to `stream`, and to `file`; a library's from warnings on.

    `level` is a number of the standard library's `logging`. May be called again, e.g. by a command.
    """
    renderer: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            describe_exception,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            _counted(level),
            *([_copied(file)] if file is not None else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(level, logging.WARNING)),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    set_on_retry_hooks([_tell_retry])
    foreign = max(level, logging.WARNING)
    logging.basicConfig(handlers=[ForeignHandler(foreign)], level=foreign, force=True)
    logging.captureWarnings(capture=True)
