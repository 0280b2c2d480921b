"""A file in blocks of whole lines, cut at the same places however its bytes arrive."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from oracle.dataset.lines import MAX_LINE_BYTES

BLOCK_BYTES: Final = 2**20
"""Some ten thousand lines: a second or two of one process, and what a crash costs at most for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    first_line: int
    content: bytes = field(repr=False)
    """Ends with a line feed, but for the last block of a file."""


class BlockCutter:
    """Holds one block and one line at most; of a line that is longer than any may be, the beginning."""

    def __init__(self, size: int = BLOCK_BYTES) -> None:
        self._size = size
        self._held = bytearray()
        self._line = 1
        self._overlong = False

    def feed(self, chunk: bytes) -> Iterator[Block]:
        if self._overlong:
            end = chunk.find(b"\n")
            if end < 0:
                return
            chunk = chunk[end:]
            self._overlong = False
        self._held += chunk
        while (end := self._held.find(b"\n", self._size)) >= 0:
            yield self._cut(end + 1)
        most = self._size + MAX_LINE_BYTES + 1
        if len(self._held) > most:
            # What is left out belongs to a line that is refused for its length already.
            del self._held[most:]
            self._overlong = True

    def finish(self) -> Iterator[Block]:
        """What is left."""
        if self._held:
            yield self._cut(len(self._held))

    def _cut(self, end: int) -> Block:
        block = Block(first_line=self._line, content=bytes(self._held[:end]))
        self._line += block.content.count(b"\n")
        del self._held[:end]
        return block
