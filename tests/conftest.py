"""What holds for every test: logging of one test ends with it; PostgreSQL is started for whoever asks."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from stage.postgres import PostgresMissing, Server, running_server

from oracle.crypto.key_library import key_library
from oracle.telemetry.logs import ForeignHandler

# Loaded here first: a test that imports it by itself would lift the limit on recursion for all of them.
key_library()


@pytest.fixture(autouse=True)
def _logging_of_one_test() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    for handler in [each for each in logging.root.handlers if isinstance(each, ForeignHandler)]:
        logging.root.removeHandler(handler)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests that are marked `postgres`; without the package the run ends and says so."""
    try:
        with running_server() as server:
            yield server
    except PostgresMissing as missing:
        pytest.exit(str(missing), returncode=1)
