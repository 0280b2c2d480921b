import pickle

import pytest

from oracle.crypto import errors
from oracle.domain.errors import Broken, Misconfigured, Refused, RiskmeshError

ALL: list[type[RiskmeshError]] = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, RiskmeshError) and value.__module__ == errors.__name__
]
GROUPS = {error.__bases__[0] for error in ALL}
NAMED = [error for error in ALL if error not in GROUPS]


def test_codes__of_all_errors__are_different() -> None:
    codes = [error.code for error in NAMED]
    assert len(set(codes)) == len(codes) >= 30


@pytest.mark.parametrize("error", NAMED)
def test_error__of_this_layer__is_of_one_kind_and_has_a_code_of_its_own(error: type[RiskmeshError]) -> None:
    assert sum(issubclass(error, kind) for kind in (Refused, Misconfigured, Broken)) == 1
    assert "code" in vars(error)


@pytest.mark.parametrize("error", NAMED)
def test_error__raised_in_a_worker__arrives_as_it_was(error: type[RiskmeshError]) -> None:
    arrived = pickle.loads(pickle.dumps(error("what happened")))  # noqa: S301 - what a worker pool does
    assert type(arrived) is error
    assert str(arrived) == "what happened"
