"""Who is no member gets no word; who is suspended settles what it owes and asks nothing more."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess

from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import TransactionReverted
from oracle.chain.in_memory import MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.transactions import Order
from oracle.crypto.signing import generate_signing_key
from oracle.crypto.tls import TlsIdentity, create_certificate
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId
from oracle.domain.reports import RecordState
from oracle.peer.client import PeerClient
from oracle.peer.errors import PeerRefused
from oracle.peer.limits import ClientLimits
from oracle.peer.reachable import ReachPolicy
from oracle.rules.vouchers import Totals


@pytest.fixture
async def stranger(bank: InProcess) -> AsyncIterator[PeerClient]:
    """Knows every address and certificate, for the registry is public; its own is not in it."""
    secret = secrets.token_bytes(32)
    identity = TlsIdentity(certificate=create_certificate(secret, "Stranger"), secret=secret)
    async with PeerClient(
        identity, bank.base.registry, limits=ClientLimits(), reach=ReachPolicy(private=True)
    ) as client:
        yield client


async def test_stranger__at_the_door_of_a_requester__does_not_get_through(
    talk: Conversation, stranger: PeerClient
) -> None:
    await talk.ask(HELD)

    with pytest.raises(Transient):
        await stranger.fetch_envelope(talk.bank.id, talk.batch_id)


async def test_stranger__with_a_receipt_that_it_caught__does_not_get_through(
    talk: Conversation, stranger: PeerClient
) -> None:
    await talk.whole(HELD)

    with pytest.raises(Transient):
        await stranger.send_receipt(talk.holder.id, talk.bank.client.receipts[-1])


async def test_caller__without_a_certificate__does_not_get_through(bank: InProcess) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    listen = bank.base.settings.peer.listen

    reader, writer = await asyncio.open_connection(listen.host, listen.port, ssl=context)
    with suppress(OSError):
        writer.write(b"POST /peer/v1/openings HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert await reader.read() == b""
    writer.transport.abort()


async def test_commitment__of_a_stranger__is_refused_by_the_ledger(bank: InProcess) -> None:
    base = bank.base
    lane = Lane(
        connection=base.connection,
        journal=MemoryTransactionJournal(),
        signer=AccountSigner(generate_signing_key()),
        chain_id=base.record.chain_id,
        settings=LaneSettings(gas_price_wei=0, poll_s=0.02),
    )
    wanted = Commitment(batch_id=BatchId(b"\x41" * 32), count=1, deadline=base.clock.chain_time() + 60)

    with pytest.raises(TransactionReverted, match="NotOperatorInStanding"):
        await lane.execute("ask", base.contracts.queries.commit([wanted]))


async def test_member__suspended_with_a_receipt_to_send__still_pays_and_gets_its_record(
    talk: Conversation, govern: Callable[[Order], None]
) -> None:
    await talk.ask(HELD, MISSED)
    await talk.answer()
    await talk.judge()

    govern(talk.bank.base.contracts.registry.suspend(talk.bank.id))
    await talk.read_chain()
    await talk.settle()

    assert (await talk.results())[0].record_state is RecordState.DISCLOSED
    assert await talk.accepted() == Totals(queries=2, hits=1, amount=102)


async def test_holder__suspended_since_the_commitment__is_shown_no_element(
    talk: Conversation, govern: Callable[[Order], None]
) -> None:
    await talk.ask(HELD)

    govern(talk.bank.base.contracts.registry.suspend(talk.holder.id))
    await talk.read_chain()

    with pytest.raises(PeerRefused) as refused:
        await talk.holder.courier.fetch_envelope(talk.bank.id, talk.batch_id)
    assert refused.value.peer_code == "unknown_batch"
