"""A member's own keys on a chain: prepared on disk, registered, in use from that block on; its departure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oracle.chain.applications import possession_context
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings, bindings
from oracle.chain.decoding import log_decoder
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.digest_signing import DigestTransactionSigner
from oracle.chain.errors import TransactionReverted
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.lane import Lane
from oracle.chain.reading import RangeReader
from oracle.chain.transactions import Order
from oracle.cli.orders import sign_order
from oracle.crypto.key_files import KeyName, create_key_files, open_governance, versions
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import KeyVersion, MemberId
from oracle.domain.reports import KeyKind
from oracle.governing.own_keys import GraceTooLong, OrderOutdated, OwnKeysDesk
from oracle.wiring.keys import Succession

PASSPHRASE = "opens keys of tests"
ME = MemberId(1)
LIGHT = 2


@dataclass(kw_only=True)
class Holder:
    """A member with real key files on a chain, and everything that follows its rotations."""

    folder: Path
    keyring: Keyring
    governance: Signer
    lane: Lane
    stream: EventStream
    contracts: Bindings
    desk: OwnKeysDesk
    succession: Succession

    async def reached(self, block: int) -> None:
        """The desk's clock: reads the chain as far as that."""
        while self.stream.view.head is None or self.stream.view.head.number < block:
            await self.stream.poll()
        self.succession.follow()

    def chain_time(self) -> int:
        return self.stream.view.now

    async def rotates_operator(self, grace_s: int = 60) -> None:
        order = await self.desk.order_operator(grace_s=grace_s)
        await self.desk.rotate_operator(
            version=order.version,
            grace_s=order.grace_s,
            authorization=sign_order(order, self.governance),
        )


@pytest.fixture
async def holder(
    connection: ChainConnection,
    deployment_of: Callable[[ChainConnection], Deployment],
    lane_of: Callable[..., Lane],
    tmp_path: Path,
) -> Holder:
    folder = tmp_path / "keys"
    create_key_files(folder, PASSPHRASE, common_name="Bank A", work_factor=LIGHT)
    keyring = open_keyring(folder, PASSPHRASE, work_factor=LIGHT)
    governance = open_governance(folder, PASSPHRASE)
    deployment = deployment_of(connection)
    first, *others = deployment.founders
    own = replace(
        first,
        governance=governance.address,
        operator=keyring.operator_address(),
        sealing_key=keyring.sealing_public(),
        oprf_key=keyring.oprf_public(),
        oprf_possession=keyring.prove_possession(possession_context(governance.address)),
        certificate=keyring.certificate,
    )
    record = await replace(deployment, founders=(own, *others)).run()
    stream = EventStream(
        connection=connection,
        journal=MemoryFactJournal(),
        reader=RangeReader(decoder=log_decoder(record)),
        first_block=record.block,
        interval_s=0.01,
    )
    await stream.rebuild()
    await stream.poll()
    lane = lane_of(DigestTransactionSigner(keyring.operator(KeyVersion(1))))
    succession = Succession(keyring, ME, stream.view, lane)
    made = Holder(
        folder=folder,
        keyring=keyring,
        governance=governance,
        lane=lane,
        stream=stream,
        contracts=bindings(record),
        desk=None,
        succession=succession,
    )
    made.desk = OwnKeysDesk(
        me=ME,
        name="Bank A",
        keyring=keyring,
        registry=made.contracts.registry,
        lane=lane,
        view=stream.view,
        clock=made,
        domain=member_domain(record.chain_id, record.address_of("MemberRegistry")),
    )
    return made


async def test_rotate__each_key_of_the_operator__stands_on_the_chain_and_is_in_use(holder: Holder) -> None:
    shown: list[bytes] = []
    holder.succession.on_identity(lambda identity: shown.append(identity.certificate))
    holder.succession.follow()

    sealing = await holder.desk.rotate(KeyKind.SEALING, grace_s=60)
    oprf = await holder.desk.rotate(KeyKind.OPRF, grace_s=0)
    certificate = await holder.desk.rotate(KeyKind.CERTIFICATE, grace_s=None)

    member = holder.stream.view.member(ME)
    second = KeyVersion(2)
    assert (sealing.version, oprf.version, certificate.version) == (2, 2, 2)
    assert member.sealing_key.value.key == holder.keyring.sealing_public(second)
    assert member.oprf_key.value.key == holder.keyring.oprf_public(second)
    assert member.endpoint is not None
    assert member.endpoint.certificate == holder.keyring.certificate
    assert shown[-1] == holder.keyring.certificate != shown[0]
    assert sealing.previous_until == (member.sealing_keys[0].replaced_at or 0) + 60
    assert oprf.previous_until == member.oprf_keys[0].replaced_at
    current = {line.kind: line.version for line in await holder.desk.keys() if line.current}
    assert set(current.values()) == {1, 2}
    assert current[KeyKind.OPERATOR] == 1


async def test_rotate_operator__on_a_signed_order__the_new_key_sends_and_the_old_one_finishes(
    holder: Holder,
) -> None:
    old = holder.lane.account

    await holder.rotates_operator(grace_s=60)

    assert holder.lane.account == holder.keyring.operator_address(KeyVersion(2)) != old
    report = await holder.desk.rotate(KeyKind.SEALING, grace_s=0)
    sent = await holder.lane.journal.mined_after(holder.lane.account, 0)
    assert "0x" + (sent[-1].tx_hash or b"").hex() == report.transaction
    # An intent of the account before is found finished, and is not sent again.
    before = await holder.lane.journal.mined_after(old, 0)
    again = await holder.lane.execute(before[0].intent, Order(to=before[0].to, data=before[0].data))
    assert again == before[0]


async def test_rotate_operator__prepared_and_not_registered__is_not_used_after_a_restart(
    holder: Holder,
) -> None:
    order = await holder.desk.order_operator(grace_s=60)
    repeated = await holder.desk.order_operator(grace_s=60)
    restarted = open_keyring(holder.folder, PASSPHRASE, work_factor=LIGHT)
    lane = replace(holder.lane, signer=DigestTransactionSigner(restarted.operator(KeyVersion(1))))

    Succession(restarted, ME, holder.stream.view, lane).follow()

    assert order == repeated
    assert versions(holder.folder, KeyName.OPERATOR) == [1, 2]
    assert restarted.operator_version == 2
    assert lane.account == restarted.operator_address(KeyVersion(1))
    prepared = [line for line in await holder.desk.keys() if line.in_folder and not line.current]
    assert [(line.kind, line.version, line.valid_until) for line in prepared] == [(KeyKind.OPERATOR, 2, None)]


async def test_rotate_operator__with_an_order_of_yesterday_or_another_key__is_refused(holder: Holder) -> None:
    order = await holder.desk.order_operator(grace_s=60)
    with pytest.raises(TransactionReverted, match="NotAuthorized"):
        await holder.desk.rotate_operator(version=2, grace_s=60, authorization=holder.keyring.sign(bytes(32)))
    await holder.rotates_operator()
    with pytest.raises(OrderOutdated):
        await holder.desk.rotate_operator(
            version=order.version, grace_s=60, authorization=sign_order(order, holder.governance)
        )
    with pytest.raises(GraceTooLong):
        await holder.desk.rotate(KeyKind.SEALING, grace_s=86_401)


async def test_leave__on_a_signed_order__is_for_ever(holder: Holder) -> None:
    order = await holder.desk.order_departure()

    departed = await holder.desk.leave(sign_order(order, holder.governance))

    member = holder.stream.view.member(ME)
    assert departed.member_id == ME
    assert not holder.stream.view.in_standing(ME)
    assert member.exited_at is not None
    with pytest.raises(TransactionReverted, match="WrongStatus"):
        await holder.desk.rotate(KeyKind.SEALING, grace_s=0)
