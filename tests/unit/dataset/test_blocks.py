"""Blocks of a file: whole lines, cut at the same places however the bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.dataset.blocks import Block, BlockCutter
from oracle.dataset.columns import Defaults
from oracle.dataset.errors import HeaderUnusable
from oracle.dataset.importing import ImportFormat, LineReader, Reading, read_header
from oracle.dataset.lines import MAX_LINE_BYTES, BadLine, LineSplitter

COLUMNS = ("type", "value", "category")


def blocks_of(content: bytes, *, size: int, step: int) -> list[Block]:
    cutter = BlockCutter(size)
    chunks = [content[start : start + step] for start in range(0, len(content), step)]
    return [*(block for chunk in chunks for block in cutter.feed(chunk)), *cutter.finish()]


@given(
    st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=60),
    st.integers(1, 100),
    st.integers(1, 300),
)
def test_blocks__of_any_lines_in_any_chunks__are_the_same_and_whole(
    lines: list[bytes], size: int, step: int
) -> None:
    content = b"\n".join(lines)
    blocks = blocks_of(content, size=size, step=step)

    assert blocks == blocks_of(content, size=size, step=len(content) + 1)
    assert b"".join(block.content for block in blocks) == content
    assert all(block.content.endswith(b"\n") for block in blocks[:-1])
    assert all(len(block.content) > size for block in blocks[:-1])
    line = 1
    for block in blocks:
        assert block.first_line == line
        line += block.content.count(b"\n")


def test_blocks__a_line_without_end__is_held_in_bounds_and_refused_once() -> None:
    content = b"short\n" * 10 + b"x" * (40 * MAX_LINE_BYTES) + b"\nafter\n"
    cutter = BlockCutter(1_000)
    blocks = []
    for start in range(0, len(content), 4_096):
        blocks.extend(cutter.feed(content[start : start + 4_096]))
        assert len(cutter._held) <= 1_000 + MAX_LINE_BYTES + 1 + 4_096  # noqa: SLF001 - bounds are its promise
    blocks.extend(cutter.finish())
    read = [
        line
        for block in blocks
        for splitter in [LineSplitter(block.first_line)]
        for line in (*splitter.feed(block.content), *splitter.finish())
    ]

    assert [line.number for line in read] == list(range(1, 13))
    assert [type(line) is BadLine for line in read] == [False] * 10 + [True, False]


def test_block__repr__does_not_show_its_lines() -> None:
    assert "host" not in repr(Block(first_line=1, content=b"domain,host.example"))


@pytest.mark.parametrize(
    ("content", "line", "rest"),
    [
        (b"type,value,category\nfirst\n", 2, b"first\n"),
        (b"\n \r\nType, VALUE ,category\r\n", 4, b""),
        (b"\xef\xbb\xbftype,value,category", 2, b""),
    ],
)
def test_header__after_blank_lines__is_read_and_the_rest_keeps_its_numbers(
    content: bytes, line: int, rest: bytes
) -> None:
    assert read_header(Block(first_line=1, content=content)) == (
        COLUMNS,
        Block(first_line=line, content=rest),
    )


def test_header__only_blank_lines__is_still_to_come() -> None:
    assert read_header(Block(first_line=3, content=b"\n\n  ")) == (None, Block(first_line=6, content=b""))


@pytest.mark.parametrize("content", [b"domain,host.example,4\n", b"\xff\n", b'"type,value\n'])
def test_header__that_names_no_columns__is_refused(content: bytes) -> None:
    with pytest.raises(HeaderUnusable):
        read_header(Block(first_line=1, content=content))


def test_reader__in_the_middle_of_a_file__numbers_lines_on() -> None:
    reading = Reading(form=ImportFormat.CSV, defaults=Defaults(today=20_000), columns=COLUMNS)
    reader = LineReader(reading, first_line=7)

    assert [line.number for line in (*reader.feed(b"\nphone\n"), *reader.finish())] == [8]
