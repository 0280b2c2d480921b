"""Links in the documents lead somewhere, and the commands in them exist with the options that they show."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from oracle.cli.app import app

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/*.md", "docs/adr/*.md")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^ *(?:\$ )?|`)(riskmesh [^`\n]*)", re.MULTILINE)


def _documents(root: Path) -> Iterator[Path]:
    for pattern in DOCUMENTS:
        yield from sorted(root.glob(pattern))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links__in_all_documents__lead_to_a_file_and_a_heading(root: Path) -> None:
    broken = []
    for page in _documents(root):
        text = page.read_text()
        for link in LINK.findall(text):
            place, _, anchor = link.partition("#")
            target = (page.parent / place) if place else page
            if not target.exists() or (anchor and anchor not in _anchors(target.read_text())):
                broken.append(f"{page.relative_to(root)}: {link}")

    assert broken == []


def _subcommands(command: object) -> Mapping[str, object]:
    # Typer brings a click of its own, so there is no class to ask for.
    found: Mapping[str, object] = getattr(command, "commands", {})
    return found


def _problems(line: str) -> Iterator[str]:
    words = shlex.split(line, comments=True)[1:]
    command: object = typer.main.get_command(app)
    while words and words[0] in _subcommands(command):
        command = _subcommands(command)[words.pop(0)]
    if _subcommands(command) and words and not words[0].startswith("-"):
        yield f"there is no command '{words[0]}'"
    parameters: list[Any] = getattr(command, "params", [])
    known = {"--help", *(option for parameter in parameters for option in parameter.opts)}
    options = [word for word in words if re.fullmatch("--[a-z-]+", word)]
    yield from (f"there is no option {option}" for option in options if option not in known)


def test_commands__in_all_documents__exist_with_their_options(root: Path) -> None:
    wrong, seen = [], 0
    for page in _documents(root):
        for line in COMMAND.findall(page.read_text().replace("\\\n", " ")):
            seen += 1
            wrong += [f"{page.relative_to(root)}: {line}: {problem}" for problem in _problems(line)]

    assert seen > 30
    assert wrong == []


def test_commands__one_that_does_not_exist__is_found() -> None:
    assert list(_problems("riskmesh record import")) == ["there is no command 'record'"]
    assert list(_problems("riskmesh vote 1 for --nonsense")) == ["there is no option --nonsense"]


def test_files__that_the_architecture_names__are_there(root: Path) -> None:
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", (root / "docs" / "architecture.md").read_text()))

    assert len(named) > 30
    assert sorted(name for name in named if not (root / "oracle" / name).is_file()) == []
