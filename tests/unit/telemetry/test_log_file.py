"""The daemon's own copy of its log: the same redacted lines, bounded, readable after a crash."""

import io
import logging
import shutil
from pathlib import Path

import structlog

from oracle.telemetry.log_file import FILES, LogFile, last_lines
from oracle.telemetry.logs import configure


def _write(file: LogFile, lines: int) -> None:
    configure(level=logging.INFO, as_json=False, stream=io.StringIO(), file=file)
    try:
        for number in range(lines):
            structlog.get_logger().info("batch committed", count=number, subject="+8613800138000")
    finally:
        file.close()
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)


def test_file__what_is_logged__stands_in_it_redacted(tmp_path: Path) -> None:
    path = tmp_path / "log" / "riskmesh.log"
    _write(LogFile(path, size_bytes=10_000), 1)

    assert '"count": 0' in path.read_text()
    assert "8613800138000" not in path.read_text()
    assert path.parent.stat().st_mode & 0o077 == 0


def test_file__more_than_it_may_hold__keeps_the_newest_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "log" / "riskmesh.log"
    _write(LogFile(path, size_bytes=1_000), 200)

    files = list(path.parent.iterdir())
    assert len(files) == FILES
    assert all(file.stat().st_size <= 1_000 for file in files)
    assert '"count": 199' in path.read_text()


def test_last_lines__over_several_files__are_whole_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "log" / "riskmesh.log"
    _write(LogFile(path, size_bytes=1_000), 200)

    lines = last_lines(path, size_bytes=2_500).splitlines()

    assert len(lines) > 2
    assert all(line.startswith("{") and line.endswith("}") for line in lines)
    assert '"count": 199' in lines[-1]


def test_last_lines__no_file__are_none(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "nothing", size_bytes=100) == ""


def test_file__that_cannot_be_written_any_more__holds_up_nothing(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log" / "riskmesh.log", size_bytes=100)
    shutil.rmtree(tmp_path / "log")

    _write(file, 3)

    assert not (tmp_path / "log").exists()
