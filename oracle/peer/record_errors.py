"""What can be wrong with a record or its frame, wherever it comes from.

    Refused
    └── RecordRefused
        ├── RecordTooLarge
        ├── RecordFrameSizeWrong · RecordFramePaddingNotZero · RecordFrameNotCanonical
        └── RecordVersionUnknown · RecordKeysUnknown · RecordMalformed · RecordCodeUnknown

No message names a subject or repeats a record's content.
"""

from typing import ClassVar

from oracle.domain.errors import Refused


class RecordRefused(Refused):
    """A record, or the frame of one, breaks the format."""

    code: ClassVar[str] = "record_refused"


class RecordTooLarge(RecordRefused):
    code: ClassVar[str] = "record_too_large"

    def __init__(self, *, size: int, limit: int) -> None:
        super().__init__(
            f"The record takes {size} bytes and a frame holds {limit}: shorten its holder references."
        )


class RecordFrameSizeWrong(RecordRefused):
    code: ClassVar[str] = "record_frame_size_wrong"


class RecordFramePaddingNotZero(RecordRefused):
    code: ClassVar[str] = "record_frame_padding_not_zero"


class RecordFrameNotCanonical(RecordRefused):
    code: ClassVar[str] = "record_frame_not_canonical"


class RecordVersionUnknown(RecordRefused):
    code: ClassVar[str] = "record_version_unknown"


class RecordKeysUnknown(RecordRefused):
    code: ClassVar[str] = "record_keys_unknown"


class RecordMalformed(RecordRefused):
    """A value has the wrong type, or items are out of order."""

    code: ClassVar[str] = "record_malformed"


class RecordCodeUnknown(RecordRefused):
    """A code or number lies outside its published range."""

    code: ClassVar[str] = "record_code_unknown"
