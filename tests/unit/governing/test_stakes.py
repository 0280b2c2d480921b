"""What the values in force and a proposal's calls make of honesty, in the view's own facts."""

import pytest
from stage.founding import NAMES, join_registry, keys_of
from stage.ledger import FactChain

from oracle.chain import facts
from oracle.chain.books.parameters import parameter_key
from oracle.chain.calls import contract_at
from oracle.domain.ids import Address, Credits, MemberId
from oracle.domain.reports import Cheat
from oracle.governing.stakes import temptations_after, temptations_in_force

PARAMETERS = contract_at("ProtocolParameters", Address("0x" + "11" * 20))
ELSEWHERE = Address("0x" + "22" * 20)
CONTRACTS = {PARAMETERS.address: "ProtocolParameters"}
READ, OLD = Cheat.UNCLAIMED_HITS, Cheat.UNCLAIMED_TOO_OLD
Call = tuple[Address, bytes]


def put(name: str, value: int) -> Call:
    return PARAMETERS.address, PARAMETERS.encode("set", parameter_key(name), value)


def prices(hit_fee: int) -> Call:
    return PARAMETERS.address, PARAMETERS.encode("setPrices", 1, hit_fee)


def epochs(length_s: int) -> Call:
    return PARAMETERS.address, PARAMETERS.encode("setEpochLength", length_s)


def founded(**changed: int) -> FactChain:
    """Three members, epochs of a thousand seconds."""
    chain = FactChain()
    chain.declare(**changed)
    for number, name in enumerate(NAMES[:3], start=1):
        join_registry(chain, MemberId(number), name, *keys_of(name))
    return chain


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ((put("unclaimed_hit_penalty", 10_000),), [READ]),
        ((prices(1_000),), [READ]),
        ((put("audit_sample_ppm", 1_000),), [READ]),
        ((put("audit_retention_s", 86_400),), [OLD]),
        ((epochs(90 * 86_400),), [OLD]),
        # All calls of a proposal together, the last word counting.
        ((prices(1_000), put("unclaimed_hit_penalty", 150_001)), []),
        ((put("unclaimed_hit_penalty", 0), put("unclaimed_hit_penalty", 20_000)), []),
        ((put("unclaimed_hit_penalty", 0), put("audit_retention_s", 86_400)), [READ, OLD]),
        # Nothing of it, or not of this contract, or not a call at all.
        ((put("claim_window_s", 1),), []),
        (((ELSEWHERE, put("unclaimed_hit_penalty", 0)[1]),), []),
        (((PARAMETERS.address, put("unclaimed_hit_penalty", 0)[1][:-1]),), []),
        # By the key of a fee or a length nothing can be set.
        ((put("hit_fee", 1_000),), []),
        ((put("epoch_length_s", 90 * 86_400),), []),
        (((PARAMETERS.address, PARAMETERS.encode("set", b"\x01" * 32, 0)),), []),
    ],
)
def test_after__calls_of_a_proposal__are_judged_together(
    calls: tuple[Call, ...], expected: list[Cheat]
) -> None:
    found = temptations_after(founded().view, calls, CONTRACTS)

    assert [one.cheat for one in found] == expected


def test_after__a_proposal_about_something_else__does_not_repeat_what_is_so_anyway() -> None:
    chain = founded(unclaimed_hit_penalty=0)

    assert [one.cheat for one in temptations_in_force(chain.view)] == [READ]
    assert temptations_after(chain.view, (put("claim_window_s", 1),), CONTRACTS) == ()
    assert [one.cheat for one in temptations_after(chain.view, (prices(99),), CONTRACTS)] == [READ]
    assert temptations_after(chain.view, (put("unclaimed_hit_penalty", 15_001),), CONTRACTS) == ()


def test_in_force__a_fee_that_is_to_come__counts_as_soon_as_it_is_decided() -> None:
    chain = founded()
    assert temptations_in_force(chain.view) == ()

    chain.happen(
        lambda at: facts.PricesSet(
            at=at, version=2, query_fee=Credits(1), hit_fee=Credits(1_000), from_epoch=9
        )
    )

    (found,) = temptations_in_force(chain.view)
    assert (found.saved, found.parameter, found.least) == ("1500", "unclaimed_hit_penalty", "150001")
    # Two others could be asked, each element a hit at both.
    assert found.gain == str(2_000 * 1_300 - 100)
