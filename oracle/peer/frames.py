"""Frames: content padded with zeros to a published size class, so that a length says little."""

from typing import Final

from oracle.peer.errors import (
    FrameLengthWrong,
    FramePaddingNotZero,
    FrameSizeUnknown,
    FrameTooLarge,
)

LENGTH_BYTES = 4
KIB = 1024

SIZE_CLASSES_V1: Final = tuple((4 << 2 * step) * KIB for step in range(7))
"""4 KiB, 16 KiB, 64 KiB, 256 KiB, 1 MiB, 4 MiB, 16 MiB. Another table is another header version."""

LARGEST_FRAME = SIZE_CLASSES_V1[-1]


def size_class_for(content_bytes: int) -> int:
    """The smallest class, in bytes, that holds so much content."""
    for size in SIZE_CLASSES_V1:
        if content_bytes + LENGTH_BYTES <= size:
            return size
    msg = f"{content_bytes} bytes do not fit the largest frame of {LARGEST_FRAME}; ask in smaller batches"
    raise FrameTooLarge(msg)


def frame(content: bytes, *, at_least: int = 0) -> bytes:
    """`uint32 length || content || zeros` up to a size class of at least `at_least` bytes."""
    size = max(size_class_for(len(content)), size_class_for(max(0, at_least - LENGTH_BYTES)))
    return (len(content).to_bytes(LENGTH_BYTES) + content).ljust(size, b"\0")


def unframe(framed: bytes) -> bytes:
    """The content; an unknown size, a length past the end and padding that is not zero are refused."""
    if len(framed) not in SIZE_CLASSES_V1:
        raise FrameSizeUnknown(f"a frame of {len(framed)} bytes is none of the published size classes")
    length = int.from_bytes(framed[:LENGTH_BYTES])
    end = LENGTH_BYTES + length
    if end > len(framed):
        raise FrameLengthWrong(f"a frame of {len(framed)} bytes cannot hold {length} bytes of content")
    if framed.count(0, end) != len(framed) - end:
        raise FramePaddingNotZero("the padding of a frame must be zeros; it is damaged or hides something")
    return framed[LENGTH_BYTES:end]
