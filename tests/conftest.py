"""What holds for every test: logging that a command or daemon had set up ends with the test."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from oracle.telemetry.logs import ForeignHandler


@pytest.fixture(autouse=True)
def _logging_of_one_test() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    for handler in [each for each in logging.root.handlers if isinstance(each, ForeignHandler)]:
        logging.root.removeHandler(handler)
