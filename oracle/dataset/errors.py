"""What can go wrong with a holder's own data.

    Refused        ImportRefused ─ HeaderUnusable, StrictImportRefused, LineRefused
                   SnapshotUnknown, TagNotInSnapshot, BucketOutOfRange, CursorUnusable
    Misconfigured  DatasetInUse, DatasetForeign, DatasetOutdated, StorageKeyWrong, OprfKeyDiffers,
                   DatasetFull, DatasetUnreadable
    Broken         DatasetDamaged

No message names a subject, a tag or a record's content.
"""

from typing import ClassVar

from oracle.domain.errors import Broken, Misconfigured, Refused


class ImportRefused(Refused):
    """A whole import is refused; nothing of it was kept."""

    code: ClassVar[str] = "import_refused"


class HeaderUnusable(ImportRefused):
    """A CSV file whose first line does not name the columns."""

    code: ClassVar[str] = "import_header_unusable"


class StrictImportRefused(ImportRefused):
    code: ClassVar[str] = "import_strict_refused"

    def __init__(self, *, bad_lines: int, first_number: int) -> None:
        self.bad_lines = bad_lines
        self.first_number = first_number
        super().__init__(
            f"{bad_lines} bad line(s), the first is line {first_number}: a strict import keeps nothing. "
            "Correct the lines, or import without strict to skip them."
        )


class SnapshotUnknown(Refused):
    code: ClassVar[str] = "snapshot_unknown"

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(f"There is no snapshot {sequence}: it was never built, or its retention has ended.")


class TagNotInSnapshot(Refused):
    code: ClassVar[str] = "tag_not_in_snapshot"

    def __init__(self, sequence: int) -> None:
        super().__init__(f"Snapshot {sequence} has no such entry: nothing can be disclosed for it.")


class BucketOutOfRange(Refused):
    code: ClassVar[str] = "bucket_out_of_range"


class CursorUnusable(Refused):
    code: ClassVar[str] = "cursor_unusable"


class DatasetInUse(Misconfigured):
    code: ClassVar[str] = "dataset_in_use"


class DatasetForeign(Misconfigured):
    """The folder holds something else: another format, another member's data, or another key's."""

    code: ClassVar[str] = "dataset_foreign"


class DatasetOutdated(Misconfigured):
    """Rows of the format before, which only the daemon brings up to date."""

    code: ClassVar[str] = "dataset_outdated"


class StorageKeyWrong(Misconfigured):
    code: ClassVar[str] = "dataset_storage_key_wrong"


class OprfKeyDiffers(Misconfigured):
    """The entries were made with another OPRF key than the one that was given."""

    code: ClassVar[str] = "dataset_oprf_key_differs"


class DatasetFull(Misconfigured):
    code: ClassVar[str] = "dataset_full"


class DatasetUnreadable(Misconfigured):
    """The operating system refuses the folder: permissions, a read-only or full disk."""

    code: ClassVar[str] = "dataset_unreadable"


class DatasetDamaged(Broken):
    code: ClassVar[str] = "dataset_damaged"


class LineRefused(ImportRefused):
    """One line of an import is not imported; the text is the reason and never repeats what the line holds."""

    code: ClassVar[str] = "import_line_refused"
