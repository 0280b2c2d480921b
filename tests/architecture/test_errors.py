"""docs/errors.md and the errors in the code say the same, and no code has two meanings."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

STATED = [("voucher_too_small", "Refused"), ("node_unreachable", "Transient")]
ROWS = """
| `voucher_too_small` | Refused | It covers less than is owed. | Send a newer one. |
| `node_unreachable` | Transient | No node answers. | Wait. |
"""


@pytest.fixture(scope="module")
def table(root: Path) -> ModuleType:
    """tools/errors_table.py, which is run by path and belongs to no package."""
    spec = importlib.util.spec_from_file_location("errors_table", root / "tools" / "errors_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_errors_table__the_whole_package__lists_every_code_once(root: Path, table: ModuleType) -> None:
    stated = table.codes_in_code(table.classes_in(root / "oracle"))
    text = (root / "docs" / "errors.md").read_text()

    assert len(stated) > 4
    assert list(table.differences(stated, table.codes_in_table(text))) == []


def test_errors_table__complete__has_no_difference(table: ModuleType) -> None:
    assert list(table.differences(STATED, table.codes_in_table(ROWS))) == []


def test_errors_table__row_missing_extra_or_of_another_kind__is_said(table: ModuleType) -> None:
    text = ROWS.replace("voucher_too_small", "voucher_lost").replace("Transient", "Broken")

    assert list(table.differences(STATED, table.codes_in_table(text))) == [
        "docs/errors.md lacks `voucher_too_small` (Refused)",
        "docs/errors.md has `voucher_lost`, which no error has",
        "docs/errors.md says that `node_unreachable` is Broken; it is Transient",
    ]


def test_errors_table__code_stated_by_two_kinds__is_said(table: ModuleType) -> None:
    rows = table.codes_in_table(ROWS)

    assert list(table.differences([*STATED, STATED[0]], rows)) == []
    assert list(table.differences([("node_unreachable", "Broken"), *STATED], rows)) == [
        "errors of two kinds share the code `node_unreachable`"
    ]


def test_codes__inherited_through_other_modules__have_the_kind_of_their_root(
    table: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "near.py").write_text("class WireRefused(Refused):\n    code = 'wire_refused'\n")
    (tmp_path / "far.py").write_text("class Late(near.WireRefused):\n    code: ClassVar[str] = 'late'\n")
    (tmp_path / "other.py").write_text("class Plain:\n    code = 'no_error'\n")

    stated = table.codes_in_code(table.classes_in(tmp_path))

    assert sorted(stated) == [("late", "Refused"), ("wire_refused", "Refused")]
