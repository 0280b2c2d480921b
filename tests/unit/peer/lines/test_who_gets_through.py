"""Only the exact certificates of the registry get through, on both sides, and only for their own member."""

import ssl
from contextlib import suppress
from typing import Any

import pytest

from oracle.crypto.errors import CertificateRefused
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer.client import PeerAddress
from oracle.peer.errors import EndpointForbidden, PeerCertificateWrong, PeerRefused, PeerUnreachable
from oracle.peer.paths import ENVELOPES, OPENINGS, REPLIES, VERSION
from oracle.peer.tls import AuditorCertificate, PeerCertificate, TrustedPeers

SERVER, ALICE, BOB, MALLORY = MemberId(1), MemberId(2), MemberId(3), MemberId(66)
AUDITOR = Address("0x52908400098527886E0F7030069857D2E4169EE7")
BATCH = BatchId(b"\xab" * 32)


async def test_caller__with_an_unknown_certificate__does_not_get_through(house: Any) -> None:
    await house.open()

    with pytest.raises(PeerUnreachable):
        await house.client(MALLORY).fetch_envelope(SERVER, BATCH)
    assert house.handlers.seen == []


def nobody(_member: MemberId) -> ssl.SSLContext:
    """Shows no certificate and asks for none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def test_caller__without_a_certificate__does_not_get_through(house: Any) -> None:
    await house.open()
    house.context = nobody

    for path in (ENVELOPES + "/" + "ab" * 32, VERSION, REPLIES, OPENINGS):
        with suppress(OSError):
            reader, writer = await house.raw(MALLORY)
            writer.write(b"POST " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            assert await reader.read() == b"", path
    assert house.handlers.seen == []


async def test_auditor__in_office__gets_openings_and_nothing_of_members(house: Any) -> None:
    await house.open()

    async def handed(_raw: bytes, _auditor: Address) -> bytes:
        return b"sealed part"

    house.handlers.opening_answer = handed
    auditor = house.client(AUDITOR)

    assert await auditor.fetch_opening(SERVER, b"request") == b"sealed part"
    for call in (auditor.fetch_envelope(SERVER, BATCH), auditor.version(SERVER)):
        with pytest.raises(PeerRefused) as refused:
            await call
        assert refused.value.peer_code == "caller_unknown"
    assert house.handlers.seen == [("opening", b"request", AUDITOR)]


async def test_member__on_the_path_of_auditors__is_turned_away(house: Any) -> None:
    await house.open()

    alice = house.client(ALICE)
    for call in (alice.fetch_opening(SERVER, b"request"), alice.hand_decoys(SERVER, b"ticket")):
        with pytest.raises(PeerRefused) as refused:
            await call
        assert refused.value.peer_code == "caller_unknown"
    assert house.handlers.seen == []


async def test_auditor__dismissed_with_its_line_open__is_refused_on_it(house: Any) -> None:
    await house.open()
    auditor = house.client(AUDITOR)
    await auditor.fetch_opening(SERVER, b"request")

    house.auditors = ()
    house.trust(ALICE, BOB)
    with pytest.raises(PeerRefused) as refused:
        await auditor.fetch_opening(SERVER, b"request")

    assert refused.value.peer_code == "caller_unknown"
    # On a new line it is nobody: its anchor cannot be forgotten, and the line is cut after the handshake.
    with pytest.raises(PeerUnreachable):
        await house.client(AUDITOR).fetch_opening(SERVER, b"request")


async def test_auditors__with_all_the_lines_that_one_may_have__keep_no_member_out(house: Any) -> None:
    await house.open(connections_per_peer=2)
    for _ in range(2):
        await house.raw(AUDITOR)

    reader, writer = await house.raw(AUDITOR)
    with suppress(OSError):
        writer.write(b"GET /peer/v1/version HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.read() == b""
    assert await house.client(ALICE).wire_version(SERVER) == 1


async def test_auditor__whose_certificate_a_member_registers__is_shut_out_of_nothing(house: Any) -> None:
    await house.open(connections_per_peer=1)
    certificate = house.certificate_of(AUDITOR)
    house.peers.refresh(
        [PeerCertificate(member=MALLORY, certificate=certificate)],
        [AuditorCertificate(auditor=AUDITOR, certificate=certificate)],
    )

    assert house.peers.party_of(certificate) == AUDITOR
    await house.client(AUDITOR).fetch_opening(SERVER, b"request")
    assert house.handlers.seen == [("opening", b"request", AUDITOR)]


async def test_caller__with_an_older_tls__does_not_get_through(house: Any) -> None:
    await house.open()
    context = house.context(ALICE)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    house.context = lambda _member: context

    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        await house.raw(ALICE)


async def test_caller__that_became_a_member_meanwhile__gets_through(house: Any) -> None:
    await house.open()
    client = house.client(MALLORY)
    with pytest.raises(PeerUnreachable):
        await client.fetch_envelope(SERVER, BATCH)

    house.trust(ALICE, BOB, MALLORY)
    await client.fetch_envelope(SERVER, BATCH)

    assert house.handlers.seen == [("envelope", BATCH, MALLORY)]


async def test_caller__that_is_no_member_any_more__is_refused_on_its_open_connection(house: Any) -> None:
    await house.open()
    connections = await house.relay()
    client = house.client(ALICE)
    await client.fetch_envelope(SERVER, BATCH)

    house.trust(BOB)
    with pytest.raises(PeerRefused) as refused:
        await client.fetch_envelope(SERVER, BATCH)

    assert (refused.value.status, refused.value.peer_code) == (403, "caller_unknown")
    assert len(connections) == 1
    assert len(house.handlers.seen) == 1


async def test_caller__with_the_message_of_another_member__is_refused(house: Any, world: Any) -> None:
    await house.open()
    alices = world.seal(world.parts[MessageType.REPLY])
    assert alices[34:42] == ALICE.to_bytes(8)

    with pytest.raises(PeerRefused) as refused:
        await house.client(BOB).deliver_reply(SERVER, alices)

    assert (refused.value.status, refused.value.peer_code) == (403, "caller_not_sender")
    assert house.handlers.seen == []


async def test_server__with_another_certificate_than_registered__is_not_spoken_to(house: Any) -> None:
    await house.open()
    house.register(SERVER, house.port, shown=BOB)

    with pytest.raises(PeerCertificateWrong):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)
    assert house.handlers.seen == []


async def test_server__registered_with_bytes_that_are_no_certificate__is_refused(house: Any) -> None:
    await house.open()
    house.book.addresses[SERVER] = PeerAddress(
        endpoint=f"https://127.0.0.1:{house.port}", certificate=b"not a certificate"
    )

    with pytest.raises(CertificateRefused):
        await house.client(ALICE).fetch_envelope(SERVER, BATCH)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_endpoint__on_a_private_network__is_not_called_without_permission(
    house: Any, host: str
) -> None:
    await house.open()
    address = house.book.addresses[SERVER]
    house.book.addresses[SERVER] = PeerAddress(
        endpoint=f"https://{host}:{house.port}", certificate=address.certificate
    )

    with pytest.raises(EndpointForbidden):
        await house.client(ALICE, allow_private=False).fetch_envelope(SERVER, BATCH)
    assert house.handlers.seen == []


async def test_endpoint__given_by_name__is_resolved_and_called(house: Any) -> None:
    await house.open()
    certificate = house.book.addresses[SERVER].certificate
    house.book.addresses[SERVER] = PeerAddress(
        endpoint=f"https://localhost:{house.port}", certificate=certificate
    )

    await house.client(ALICE).fetch_envelope(SERVER, BATCH)

    assert house.handlers.seen == [("envelope", BATCH, ALICE)]


async def test_trusted_peers__with_a_copied_certificate__keep_its_first_owner(house: Any) -> None:
    await house.open()
    certificate = house.book.addresses[SERVER].certificate
    peers = TrustedPeers()

    peers.refresh(PeerCertificate(member=member, certificate=certificate) for member in (BOB, MALLORY))

    assert peers.member_of(certificate) == BOB


async def test_trusted_peers__with_a_useless_certificate__name_it_and_keep_the_others(house: Any) -> None:
    await house.open()
    certificate = house.book.addresses[SERVER].certificate
    peers = TrustedPeers()

    unusable = peers.refresh(
        [
            PeerCertificate(member=ALICE, certificate=b"\x30\x03\x02\x01\x00"),
            PeerCertificate(member=BOB, certificate=certificate),
            PeerCertificate(member=MALLORY, certificate=bytes(3000)),
        ]
    )

    assert unusable == (ALICE, MALLORY)
    assert peers.member_of(certificate) == BOB
    assert peers.member_of(None) is None
