"""Frames: content goes in and comes out, and each kind of damage has its own error."""

import pytest

from oracle.peer.errors import FrameLengthWrong, FramePaddingNotZero, FrameSizeUnknown, FrameTooLarge
from oracle.peer.frames import LARGEST_FRAME, SIZE_CLASSES_V1, frame, unframe

KIB = 1024


def test_size_classes__of_table_1__are_the_published_ones() -> None:
    assert [size // KIB for size in SIZE_CLASSES_V1] == [4, 16, 64, 256, 1024, 4096, 16384]


@pytest.mark.parametrize(
    ("content", "size"),
    [(0, 4 * KIB), (1, 4 * KIB), (4 * KIB - 4, 4 * KIB), (4 * KIB - 3, 16 * KIB), (60 * KIB, 64 * KIB)],
)
def test_frame__content_of_any_length__fills_the_smallest_class_and_comes_back(
    content: int, size: int
) -> None:
    framed = frame(b"x" * content)

    assert len(framed) == size
    assert unframe(framed) == b"x" * content


def test_frame__the_largest_content__fits_and_one_byte_more_is_refused() -> None:
    assert len(frame(bytes(LARGEST_FRAME - 4))) == LARGEST_FRAME
    with pytest.raises(FrameTooLarge):
        frame(bytes(LARGEST_FRAME - 3))


def test_frame__with_a_least_size__is_never_smaller_and_grows_when_it_must() -> None:
    assert len(frame(b"x", at_least=16 * KIB)) == 16 * KIB
    assert len(frame(bytes(20 * KIB), at_least=16 * KIB)) == 64 * KIB


@pytest.mark.parametrize("size", [0, 3, 4 * KIB - 1, 4 * KIB + 1, 8 * KIB, 64 * KIB - 4])
def test_unframe__size_that_is_no_class__is_refused(size: int) -> None:
    with pytest.raises(FrameSizeUnknown):
        unframe(bytes(size))


@pytest.mark.parametrize("length", [4 * KIB - 3, 4 * KIB, 0xFFFF_FFFF])
def test_unframe__length_past_the_end__is_refused(length: int) -> None:
    with pytest.raises(FrameLengthWrong):
        unframe(length.to_bytes(4) + bytes(4 * KIB - 4))


@pytest.mark.parametrize("position", [7, 8, 2000, 4 * KIB - 1])
def test_unframe__padding_that_is_not_zero__is_refused(position: int) -> None:
    damaged = bytearray(frame(b"abc"))
    damaged[position] = 1

    with pytest.raises(FramePaddingNotZero):
        unframe(bytes(damaged))
