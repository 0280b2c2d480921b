"""Members for the load on a private network: keys in memory, transactions signed ahead."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from oracle.chain.applications import possession_context
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import parse_parameters
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.lane import LaneSettings
from oracle.chain.signing import UnsignedTransaction
from oracle.chain.transactions import Order
from oracle.crypto.anchor_tree import AnchorNode
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.signing import generate_signing_key, sign
from oracle.crypto.typed_data import digest, voucher_domain
from oracle.crypto.voprf import generate_key, public_key
from oracle.domain.application import Application
from oracle.domain.ids import BatchId, Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher

MEMBERS: Final = 21
"""One redeems from the twenty others in one transaction."""
GAS: Final = 5_000_000
"""Limit of every transaction: enough for the largest, and nothing is paid for what is not used."""
_A_DAY: Final = 86_400
PARAMETERS: Final = {
    "protocol": {"max_deadline_s": _A_DAY, "entitlement_floor": 2**40, "entitlement_ceiling": 2**40}
}
"""Budgets that the load does not exhaust: what is measured is the chain."""


@dataclass(kw_only=True)
class Member:
    """One founder; `nonce` is that of its next transaction."""

    number: MemberId
    application: Application
    operator_key: bytes = field(repr=False)
    nonce: int = 0
    vouched: dict[int, int] = field(default_factory=dict)
    """By holder: what the newest voucher says."""

    def signed(self, order: Order, chain_id: int) -> bytes:
        transaction = UnsignedTransaction(
            chain_id=chain_id, nonce=self.nonce, gas=GAS, gas_price=0, to=order.to, data=order.data
        )
        self.nonce += 1
        return AccountSigner(self.operator_key).sign(transaction).raw

    def voucher_for(self, holder: MemberId, record: DeploymentRecord) -> tuple[Voucher, bytes]:
        """One query more than before."""
        total = self.vouched[holder] = self.vouched.get(holder, 0) + 1
        voucher = Voucher(
            requester=self.number,
            holder=holder,
            queries=total,
            hits=0,
            amount=Credits(total),
            price_version=1,
            key_version=KeyVersion(1),
        )
        domain = voucher_domain(record.chain_id, record.address_of("CreditLedger"))
        return voucher, sign(self.operator_key, digest(domain, voucher))


def make_members() -> tuple[Member, ...]:
    return tuple(_make(number) for number in range(1, MEMBERS + 1))


async def found(connection: ChainConnection, members: Sequence[Member], folder: Path) -> DeploymentRecord:
    return await Deployment(
        connection=connection,
        signer=AccountSigner(generate_signing_key()),
        founders=[member.application for member in members],
        parameters=parse_parameters(PARAMETERS, "The load"),
        record_path=folder / "deployment.json",
        lane_settings=LaneSettings(gas_price_wei=0, poll_s=0.25),
    ).run()


def commit(contracts: Bindings, batches: int, deadline: int) -> Order:
    return contracts.queries.commit(
        [
            Commitment(batch_id=BatchId(secrets.token_bytes(32)), count=1_000, deadline=deadline)
            for _ in range(batches)
        ]
    )


def anchor(contracts: Bindings) -> Order:
    """One root over a hundred express batches of a hundred elements."""
    return contracts.queries.anchor(AnchorNode(hash=secrets.token_bytes(32), elements=10_000), 100)


def redeem(contracts: Bindings, holder: Member, others: Sequence[Member], record: DeploymentRecord) -> Order:
    return contracts.credits.redeem([other.voucher_for(holder.number, record) for other in others])


def _make(number: int) -> Member:
    governance = AccountSigner(generate_signing_key()).address
    operator_key, oprf, name = generate_signing_key(), generate_key(), f"Member {number}"
    application = Application(
        name=name,
        governance=governance,
        operator=AccountSigner(operator_key).address,
        sealing_suite=1,
        sealing_key=keccak256(b"sealing" + name.encode()),
        oprf_key=public_key(oprf),
        oprf_possession=prove_possession(oprf, possession_context(governance)),
        endpoint="https://127.0.0.1:8443",
        certificate=b"certificate of " + name.encode(),
        profile_hash=keccak256(name.encode()),
    )
    return Member(number=MemberId(number), application=application, operator_key=operator_key)
