"""The page of a dossier: what it says first, and that nothing in it runs out of view on a narrow screen."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fakes.dossiers import CASE, TO_DO, report_of_a_cheat

from oracle.cli.dossier_page import page

_LONG = 30
"""Letters without a space that a narrow screen may not have room for."""
_VOID = {"meta"}


class Read(HTMLParser):
    """Texts and tables of a page with the elements that they stand in, and its stylesheet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, list[tuple[str, dict[str, str | None]]]]] = []
        self.boxes: list[str | None] = []
        """Class of what each table stands in."""
        self.style = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.boxes.append(self._open[-1][1].get("class"))
        if tag not in _VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":
            self.style += data
        else:
            self.texts.append((data, list(self._open)))

    def words(self, tag: str) -> str:
        """All that stands in elements of this kind."""
        inside = (text for text, path in self.texts if any(name == tag for name, _ in path))
        return " ".join(" ".join(inside).split())

    def rules(self, declaration: str) -> set[str]:
        """Selectors that declare this, on screens of any width."""
        anywhere = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", self.style)
        found = re.findall(r"([^{}]+)\{([^{}]*)\}", anywhere)
        return {
            one.strip() for selectors, body in found if declaration in body for one in selectors.split(",")
        }

    @property
    def narrow(self) -> str:
        (found,) = re.findall(r"@media \(max-width[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", self.style)
        return str(found)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (None, "Nobody can count what went unclaimed"),
        (0, "No hit went unclaimed."),
        (1, "1 hit counts as read and not claimed."),
        (1_200, "1,200 hits count as read and not claimed."),
    ],
)
def test_page__whatever_went_unclaimed__says_how_much_in_its_heading(number: int | None, said: str) -> None:
    read = Read(page(replace(report_of_a_cheat(), unclaimed=number)))

    assert said in read.words("header")
    assert "Does not hold: a check speaks against the requester." in read.words("header")


def test_page__of_a_batch_with_a_case__shows_it_whole_with_what_is_to_do() -> None:
    shown = Read(page(report_of_a_cheat())).words("section")

    assert f"Case {CASE}" in shown
    assert f"To do {TO_DO}" in shown
    for said in ("2 to uphold, 1 to dismiss", "3 faults", "2027-01-15 08:00:00", "08:05:00 appeal"):
        assert said in shown
    assert "To do" not in page(replace(report_of_a_cheat(), cases=()))


def test_page__of_decoys_that_only_an_auditor_opens__counts_no_subjects() -> None:
    read = Read(page(replace(report_of_a_cheat(), elements=(), unclaimed=None)))

    assert "subject" not in read.words("header")
    assert "The dossier opens none of its elements." in read.words("section")


def test_page__long_words__break_wherever_they_stand() -> None:
    read = Read(page(report_of_a_cheat()))
    breaking, whole = read.rules("overflow-wrap: anywhere"), read.rules("overflow-wrap: break-word")
    keeping = whole | read.rules("white-space: nowrap")
    long = [(text, path) for text, path in read.texts if max(map(len, text.split()), default=0) > _LONG]

    assert any(CASE in text for text, _ in long)
    for text, path in long:
        for tag, attributes in reversed(path):
            if {f'{tag}[data-column="{attributes.get("data-column")}"]', tag} & breaking:
                break
            assert tag not in keeping, text
        else:
            pytest.fail(f"{text[:40]} does not break")


def test_page__its_tables__scroll_in_their_own_box_and_are_lists_on_a_narrow_screen() -> None:
    read = Read(page(report_of_a_cheat()))

    assert read.boxes == ["wide", "wide"]
    assert ".wide" in read.rules("overflow-x: auto")
    cells = [attributes for _, path in read.texts for tag, attributes in path if tag == "td"]
    assert cells
    assert all(one.get("data-column") for one in cells)
    assert re.search(r"\btd \{ display: grid[^}]*overflow-wrap: anywhere", read.narrow)
    assert "td::before { content: attr(data-column)" in read.narrow
