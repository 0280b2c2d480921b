"""The published code lists agree with the domain and with what readers of them rely on."""

import pytest

from oracle.domain.record import Category
from oracle.subjects import ListName, code_list, code_lists_hash

LISTS = pytest.mark.parametrize("name", list(ListName))


@LISTS
def test_code_list__each__counts_from_one_without_gaps(name: ListName) -> None:
    codes = code_list(name).codes
    assert [each.code for each in codes] == list(range(1, len(codes) + 1))
    assert code_list(name).version == 1


@LISTS
def test_code_list__each__labels_are_unique_plain_words_with_a_meaning(name: ListName) -> None:
    codes = code_list(name).codes
    assert len({each.label for each in codes}) == len(codes)
    assert all(each.label.replace("_", "").isalpha() and each.label.islower() for each in codes)
    assert all(each.meaning.endswith(".") for each in codes)


@LISTS
def test_code_list__each_code__is_found_by_number_and_by_label(name: ListName) -> None:
    listed = code_list(name)
    for each in listed.codes:
        assert listed.numbered(each.code) == each
        assert listed.labelled(each.label) == each
    assert listed.numbered(0) is None
    assert listed.labelled("no_such_label") is None


def test_categories__published__are_those_of_the_domain() -> None:
    published = {each.code: each.label for each in code_list(ListName.CATEGORIES).codes}
    assert published == {each.value: each.label for each in Category}


def test_severities__published__are_one_to_five() -> None:
    assert [each.code for each in code_list(ListName.SEVERITIES).codes] == [1, 2, 3, 4, 5]


def test_code_lists_hash__published_lists__is_the_voted_one() -> None:
    # A change of any list is a governed change: this value and docs/subjects.md change with it.
    assert code_lists_hash().hex() == "c1fd54939f6a64d0c4701726cadd9abe77ea63d5d7fd6d9b763bae110885714e"
