"""Who should seal, decided from members, the validators that they name, and those that seal."""

import json
from pathlib import Path

import pytest

from oracle.chain.network.diagnosis import problems
from oracle.chain.network.errors import BadValidatorList
from oracle.chain.network.running import NodeHealth
from oracle.chain.network.validator_list import (
    parse_validator_options,
    read_validator_list,
    write_validator_list,
)
from oracle.chain.network.validators import Advice, Majority, MemberStanding, compare, wanted_votes
from oracle.domain.ids import Address, MemberId

ROOT = Path(__file__).parents[3]
ONE, TWO, THREE, STRANGER = (Address("0x" + digit * 40) for digit in "1234")


def member(number: int, status: str = "active") -> MemberStanding:
    return MemberStanding(
        member_id=MemberId(number), status=status, in_standing=status in {"active", "admitted"}
    )


def test_compare__every_case__advises_what_follows() -> None:
    members = [member(1), member(2, "admitted"), member(3, "suspended"), member(4)]
    named = {MemberId(1): ONE, MemberId(2): TWO, MemberId(3): THREE}

    lines = compare(members, named, (ONE, THREE, STRANGER))

    assert [(line.member_id, line.validator, line.advice) for line in lines] == [
        (1, ONE, Advice.KEEP),
        (2, TWO, Advice.ADD),
        (3, THREE, Advice.DROP),
        (4, None, Advice.NONE),
        (None, STRANGER, Advice.DROP),
    ]


def test_compare__a_member_that_left_and_does_not_seal__needs_nothing() -> None:
    (line,) = compare([member(1, "left")], {MemberId(1): ONE}, ())

    assert line.advice is Advice.NONE


def test_votes__somebody_to_add_and_somebody_to_drop__are_for_the_addition_first() -> None:
    members, named = [member(1), member(2)], {MemberId(1): ONE, MemberId(2): TWO}

    assert wanted_votes(compare(members, named, (ONE, STRANGER))) == {TWO: True}
    assert wanted_votes(compare(members, named, (ONE, TWO, STRANGER))) == {STRANGER: False}
    assert wanted_votes(compare(members, named, (ONE, TWO))) == {}


@pytest.mark.parametrize(
    ("validators", "votes", "may_fail"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2), (7, 4, 3)]
)
def test_majority__of_so_many_validators__is_more_than_half(
    validators: int, votes: int, may_fail: int
) -> None:
    majority = Majority(validators=validators)

    assert (majority.votes, majority.sealing, majority.may_fail) == (votes, votes, may_fail)
    assert majority.finality == 2 * votes


def test_finality__beside_the_deepest_reorganisation_measured__is_deeper() -> None:
    measured = json.loads((ROOT / "bench" / "poa.json").read_text())["network"]
    deepest = max(map(int, measured["reorganisations_by_depth"]), default=0)

    assert deepest < Majority(validators=measured["validators"]).finality


def test_validator_list__written_and_read__is_the_same(tmp_path: Path) -> None:
    write_validator_list(tmp_path / "list.json", {MemberId(1): ONE, MemberId(7): TWO})

    assert read_validator_list(tmp_path / "list.json") == {1: ONE, 7: TWO}
    assert parse_validator_options([f"1={ONE}"]) == {1: ONE}


@pytest.mark.parametrize(
    "content",
    [
        "",
        json.dumps({"version": 2, "validators": {}}),
        json.dumps({"version": 1, "validators": {"1": "0x12"}}),
        json.dumps({"version": 1, "validators": {"zero": ONE}}),
        json.dumps({"version": 1, "validators": {"0": ONE}}),
        json.dumps({"version": 1, "validators": {"1": ONE, "2": ONE}}),
        json.dumps({"version": 1, "validators": {}, "more": 1}),
    ],
)
def test_validator_list__not_in_the_known_form__is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "list.json").write_text(content)

    with pytest.raises(BadValidatorList):
        read_validator_list(tmp_path / "list.json")


@pytest.mark.parametrize("option", ["1", "x=0x" + "1" * 40, "1=0x12", f"0={'0x' + '1' * 40}"])
def test_validator_option__not_member_and_address__is_refused(option: str) -> None:
    with pytest.raises(BadValidatorList):
        parse_validator_options([option])


def health(name: str, *, block_hash: str | None = "0xaa", age_s: int = 1, runs: bool = True) -> NodeHealth:
    answers = runs and block_hash is not None
    return NodeHealth(
        name=name,
        validator=ONE,
        rpc="http://127.0.0.1:1",
        ws="ws://127.0.0.1:2",
        running=runs,
        block=9 if answers else None,
        block_hash=block_hash if answers else None,
        block_age_s=age_s if answers else None,
        peers=3 if answers else None,
    )


def test_diagnosis__all_nodes_follow_a_chain_that_moves__finds_nothing() -> None:
    assert problems([health(f"node{n}") for n in range(4)], signers=4, period_s=2) == ()


def test_diagnosis__two_of_four_down__says_how_many_must_run() -> None:
    nodes = [health("a", age_s=90), health("b", age_s=90), health("c", runs=False), health("d", runs=False)]

    found = problems(nodes, signers=4, period_s=2)

    assert found[:2] == ("c does not run", "d does not run")
    assert "2 nodes answer; 3 of 4 validators must run" in found[2]


def test_diagnosis__all_run_on_two_branches__advises_to_rejoin() -> None:
    nodes = [health(f"node{n}", age_s=90, block_hash="0xaa" if n < 2 else "0xbb") for n in range(4)]

    (found,) = problems(nodes, signers=4, period_s=2)

    assert "riskmesh chain network rejoin" in found


def test_diagnosis__one_branch_and_nobody_seals__points_to_peers_and_logs() -> None:
    (found,) = problems([health(f"node{n}", age_s=90) for n in range(4)], signers=4, period_s=2)

    assert "All nodes have the same block" in found
