"""Every governed number is explained to whoever has to vote on it."""

import pytest

from oracle.chain.deploy.parameters import GOVERNANCE, PROTOCOL
from oracle.governing.parameter_words import words_for


@pytest.mark.parametrize("name", ["epoch_start", *GOVERNANCE, *PROTOCOL])
def test_words__of_every_parameter__say_unit_and_purpose(name: str) -> None:
    unit, purpose = words_for(name)

    assert unit
    assert purpose
