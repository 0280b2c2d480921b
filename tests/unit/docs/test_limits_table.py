"""docs/operations.md lists every limit with the default that the code has."""

from collections.abc import Callable

from oracle.config.limits import limits


def test_limits__of_the_configuration__stand_in_the_page(document: Callable[[str], str]) -> None:
    text = document("docs/operations.md")

    for limit in limits():
        assert f"| `{limit.name}` | {limit.default:g} | {limit.about} |" in text


def test_limits__that_the_page_names__are_all_there_is(document: Callable[[str], str]) -> None:
    section = document("docs/operations.md").partition("## Limits")[2].partition("\n## ")[0]
    named = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]

    assert named == [limit.name for limit in limits()]
