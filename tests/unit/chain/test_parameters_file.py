"""The parameters of a deployment: defaults, a file over them, and what is refused."""

from pathlib import Path

import pytest

from oracle.chain.deploy.parameters import (
    GOVERNANCE,
    PROTOCOL,
    default_parameters,
    parse_parameters,
    read_parameters,
)
from oracle.chain.errors import BadParameters


def test_defaults__all_parameters__lie_within_their_own_bounds() -> None:
    parameters = default_parameters()

    assert set(parameters.protocol) == set(PROTOCOL)
    assert set(parameters.governance) == set(GOVERNANCE)


def test_declarations__first_epoch__is_fixed_to_its_beginning() -> None:
    declared = {
        name: (least, most, value) for name, least, most, value in default_parameters().declarations(17)
    }

    assert declared["epoch_start"] == (17, 17, 17)
    bounds = PROTOCOL["epoch_length_s"]
    assert declared["epoch_length_s"] == (bounds.least, bounds.most, bounds.default)
    assert declared["max_batch_count"] == (1, 1000, 1000)
    assert set(declared) == {*PROTOCOL, "epoch_start"}


def test_file__some_values__change_those_alone(tmp_path: Path) -> None:
    path = tmp_path / "parameters.toml"
    path.write_text("[governance]\nvoting_delay_s = 1\n[protocol]\nhit_fee = 7\n")

    parameters = read_parameters(path)

    assert parameters.governance["voting_delay_s"] == 1
    assert parameters.protocol["hit_fee"] == 7
    assert parameters.protocol["query_fee"] == default_parameters().protocol["query_fee"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"governance": {"voting_dealy_s": 1}}, "did you mean 'voting_delay_s'"),
        ({"protocoll": {}}, "did you mean 'protocol'"),
        ({"zzz": {}}, "known are governance, protocol"),
        ({"protocol": 5}, "not a table"),
        ({"protocol": {"hit_fee": "7"}}, "not a whole number"),
        ({"protocol": {"hit_fee": True}}, "not a whole number"),
        ({"protocol": {"max_batch_count": 1001}}, "between 1 and 1000"),
        ({"governance": {"quorum_percent": 0}}, "between 1 and 100"),
        ({"protocol": {"epoch_start": 5}}, "does not know 'epoch_start'"),
    ],
)
def test_file__wrong_contents__is_refused_with_a_hint(content: dict[str, object], expected: str) -> None:
    with pytest.raises(BadParameters, match=expected):
        parse_parameters(content, "The file")


def test_file__missing_or_no_toml__is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("= 1")

    with pytest.raises(BadParameters, match="cannot be read"):
        read_parameters(tmp_path / "missing.toml")
    with pytest.raises(BadParameters, match="not TOML"):
        read_parameters(broken)
