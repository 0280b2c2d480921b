"""Why something waits: the first cause that holds is the one that is said."""

from dataclasses import replace

import pytest

from oracle.rules.waiting import (
    ChainSight,
    Contact,
    Sending,
    why_no_answer,
    why_no_reply,
    why_reported,
    why_sending,
    why_the_chain,
)

CHAIN = ChainSight(held=False, reachable=True, behind=0, cursor=100, finality_depth=6)
WELL = Contact(in_standing=True, failing_since=None, failure="", heard_at=None)
NOW, LONG_AGO = 10_000, 50


def _no_reply(
    chain: ChainSight, contact: Contact, *, block: int = LONG_AGO, fetched_at: int | None = None
) -> str:
    return why_no_reply(chain, contact, block=block, fetched_at=fetched_at, now=NOW).code


@pytest.mark.parametrize(
    ("chain", "code"),
    [
        (replace(CHAIN, held=True, reachable=False), "held"),
        (replace(CHAIN, reachable=False), "chain_unreachable"),
        (replace(CHAIN, behind=9), "catching_up"),
    ],
)
def test_chain__held_away_or_behind__explains_everything(chain: ChainSight, code: str) -> None:
    found = why_the_chain(chain)

    assert found is not None
    assert found.code == code
    assert _no_reply(chain, WELL) == code
    assert why_no_answer("seen", chain, WELL, block=LONG_AGO, now=NOW).code == code


def test_chain__a_few_blocks_behind__explains_nothing() -> None:
    assert why_the_chain(replace(CHAIN, behind=8)) is None


@pytest.mark.parametrize(("block", "code"), [(94, "not_fetched"), (95, "confirming"), (100, "confirming")])
def test_reply__commitment_without_its_confirmations__waits_for_them(block: int, code: str) -> None:
    assert _no_reply(CHAIN, WELL, block=block) == code


def test_reply__holder_not_in_standing_any_more__is_not_owed() -> None:
    assert _no_reply(CHAIN, replace(WELL, in_standing=False), fetched_at=NOW) == "not_in_standing"


def test_reply__holder_that_fetched_the_request__is_evaluating_even_if_we_do_not_reach_it() -> None:
    contact = replace(WELL, failing_since=NOW - 5, failure="peer_unreachable")

    assert _no_reply(CHAIN, contact, fetched_at=NOW - 3) == "evaluating"
    assert _no_reply(CHAIN, contact) == "unreachable"


@pytest.mark.parametrize(("heard_at", "said"), [(None, "since this start"), (NOW - 200, "3 min ago")])
def test_reply__holder_that_has_not_come__says_when_it_was_heard_of(heard_at: int | None, said: str) -> None:
    why = why_no_reply(CHAIN, replace(WELL, heard_at=heard_at), block=LONG_AGO, fetched_at=None, now=NOW)

    assert (why.code, said in why.text) == ("not_fetched", True)


@pytest.mark.parametrize(
    ("sending", "code", "said"),
    [
        (None, "not_begun", "next round"),
        (Sending(status="queued", nonce=None, ahead=0), "queued", "not signed yet."),
        (Sending(status="queued", nonce=None, ahead=2), "queued", "behind 2 earlier"),
        (Sending(status="sent", nonce=7, ahead=0), "sent", "nonce 7"),
    ],
)
def test_transaction__by_how_far_it_is__says_so(sending: Sending | None, code: str, said: str) -> None:
    why = why_sending(sending)

    assert (why.code, said in why.text) == (code, True)


@pytest.mark.parametrize(
    ("state", "code"), [("seen", "fetching"), ("fetched", "answering"), ("sealed", "delivering")]
)
def test_answer__nothing_in_its_way__is_named_by_its_state(state: str, code: str) -> None:
    assert why_no_answer(state, CHAIN, WELL, block=LONG_AGO, now=NOW).code == code


@pytest.mark.parametrize(
    ("mine", "unanswered", "code", "said"),
    [
        (True, False, "reported", "anchored and answered for"),
        (False, False, "report_open", "has not answered"),
        (True, True, "report_unanswered", "Our express batch"),
        (False, True, "report_unanswered", "that we reported"),
    ],
)
def test_report__by_whose_it_is_and_whether_its_time_is_over__is_told_apart(
    *, mine: bool, unanswered: bool, code: str, said: str
) -> None:
    why = why_reported(mine=mine, unanswered=unanswered)

    assert (why.code, said in why.text) == (code, True)


def test_answer__commitment_gone_or_requester_away__says_so_first() -> None:
    away = replace(WELL, failing_since=NOW - 7_300, failure="peer_certificate_wrong")
    why = why_no_answer("sealed", CHAIN, away, block=LONG_AGO, now=NOW)

    assert why_no_answer("seen", CHAIN, WELL, block=None, now=NOW).code == "commitment_gone"
    assert why.text == "The member is not reached since 2 h (peer_certificate_wrong)."
