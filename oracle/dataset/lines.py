"""A stream of bytes as numbered lines, in bounded memory: what is not a readable line says why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MAX_LINE_BYTES: Final = 16 * 1024
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file, numbered from 1, without its end."""

    number: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that is not imported. `reason` says what to correct and never repeats what the line holds."""

    number: int
    reason: str


class LineSplitter:
    """Takes chunks as they arrive and gives the lines that are complete; blank lines are counted only."""

    def __init__(self, first: int = 1) -> None:
        """`first`: number of the line that the first chunk begins with."""
        self._number = first - 1
        self._rest = b""
        self._overlong = False

    def feed(self, chunk: bytes) -> Iterator[Line | BadLine]:
        *complete, rest = chunk.split(b"\n")
        for part in complete:
            yield from self._end_line(part)
        self._keep(rest)

    def finish(self) -> Iterator[Line | BadLine]:
        """The last line, when the file does not end with a line feed."""
        if self._rest or self._overlong:
            yield from self._end_line(b"")

    def _keep(self, part: bytes) -> None:
        self._overlong = self._overlong or len(self._rest) + len(part) > MAX_LINE_BYTES
        self._rest = b"" if self._overlong else self._rest + part

    def _end_line(self, part: bytes) -> Iterator[Line | BadLine]:
        self._keep(part)
        self._number += 1
        content, overlong = self._rest.removesuffix(b"\r"), self._overlong
        self._rest, self._overlong = b"", False
        if overlong:
            yield BadLine(number=self._number, reason=f"the line is longer than {MAX_LINE_BYTES} bytes")
            return
        if self._number == 1:
            content = content.removeprefix(_BOM)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            yield BadLine(number=self._number, reason="the line is not UTF-8 text; save the file as UTF-8")
            return
        if text.strip():
            yield Line(number=self._number, text=text)
