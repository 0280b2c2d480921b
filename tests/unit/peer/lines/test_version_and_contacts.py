"""A member's version over real TLS, and what the line to it is known to be."""

from typing import Any

import pytest

from oracle import __version__
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId
from oracle.peer.contacts import MOST_FETCHES, Contacts
from oracle.peer.errors import PeerCertificateWrong, PeerUnreachable

ALICE, SERVER, MALLORY = 2, 1, 66


async def test_version__asked_by_a_member__is_said(house: Any) -> None:
    await house.open()

    said = await house.client(ALICE).version(SERVER)

    assert (said.program, said.protocol) == (__version__, 1)
    assert abs(said.time - said.asked_at) < 60


async def test_version__asked_by_a_stranger__is_not_said(house: Any) -> None:
    await house.open()

    with pytest.raises(Transient):
        await house.client(MALLORY).version(SERVER)


async def test_version__shown_under_another_certificate__is_refused(house: Any) -> None:
    await house.open()
    house.register(SERVER, house.port, shown=MALLORY)

    with pytest.raises(PeerCertificateWrong):
        await house.client(ALICE).version(SERVER)


async def test_contacts__an_answer_and_then_none__tell_since_when(house: Any) -> None:
    await house.open()
    contacts = Contacts()
    client = house.client(ALICE, contacts=contacts)
    await client.version(SERVER)
    reached = contacts.line(SERVER)
    house.register(SERVER, 1)
    with pytest.raises(PeerUnreachable):
        await client.version(SERVER)
    failing = contacts.line(SERVER)
    with pytest.raises(PeerUnreachable):
        await client.version(SERVER)

    assert (reached.heard_at is not None, reached.failing_since) == (True, None)
    assert (failing.failure, contacts.failing()) == ("peer_unreachable", 1)
    assert contacts.line(SERVER).failing_since == failing.failing_since
    assert contacts.line(SERVER).heard_at == reached.heard_at


def test_contacts__a_call_by_a_member_that_is_not_reached__is_heard_and_still_failing() -> None:
    contacts = Contacts()
    contacts.failed(SERVER, "peer_unreachable")

    contacts.called(SERVER)

    assert contacts.line(SERVER).heard_at is not None
    assert contacts.line(SERVER).failing_since is not None


def test_contacts__more_requests_than_are_kept__forget_the_oldest() -> None:
    contacts = Contacts()
    batches = [BatchId(number.to_bytes(32)) for number in range(MOST_FETCHES + 1)]

    for batch in batches:
        contacts.fetched(batch, SERVER)

    assert contacts.fetched_at(batches[0], SERVER) is None
    assert contacts.fetched_at(batches[1], SERVER) is not None
