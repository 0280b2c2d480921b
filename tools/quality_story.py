"""Plays 30 epochs of a good, a stale, a spamming and a free-riding member on the real contracts.

`python tools/quality_story.py` deploys them on an Anvil of its own, writes what the chain answers to
tools/quality_story.json and draws docs/quality.png from it; `--draw` only draws again.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from quality_plot import draw

from oracle.chain.applications import possession_context
from oracle.chain.connection import ChainConnection, open_connection
from oracle.chain.contracts.bindings import Bindings, bindings
from oracle.chain.contracts.quality_ledger import Rating
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.parameters import parse_parameters
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.in_memory import MemoryTransactionJournal
from oracle.chain.lane import Lane, LaneSettings
from oracle.chain.node import LATEST
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.signing import sign
from oracle.crypto.typed_data import digest, voucher_domain
from oracle.crypto.voprf import generate_key, public_key
from oracle.domain.application import Application
from oracle.domain.ids import Credits, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication, Voucher

ROOT = Path(__file__).resolve().parent.parent
STORY = ROOT / "tools" / "quality_story.json"
PICTURE = ROOT / "docs" / "quality.png"
EPOCHS = 30
EPOCH_S = 10_000
STALE_FROM = 8
CATEGORY = 1
MEMBERS = ("good", "stale", "spamming", "free-riding", "asker 1", "asker 2", "asker 3")
HOLDERS = MEMBERS[:4]
ASKERS = range(5, 8)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a member publishes in an epoch, and the ratings that each asker gives it."""

    changed: int | None
    """Records; None: it publishes nothing."""
    confirmed: int
    refuted: int


def turn(member: str, epoch: int) -> Turn:
    """The story."""
    if member == "good":
        return Turn(200, 4, int(epoch % 3 == 0))
    if member == "stale":
        return Turn(200, 4, int(epoch % 3 == 0)) if epoch < STALE_FROM else Turn(None, 1, 1)
    if member == "spamming":
        return Turn(5_000, 1, 6)
    return Turn(1, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    application: Application
    operator_key: bytes
    lane: Lane


class Story:
    """One deployment and the running totals of its pairs."""

    def __init__(
        self, connection: ChainConnection, record: DeploymentRecord, parties: tuple[Party, ...]
    ) -> None:
        self._connection = connection
        self._record = record
        self._contracts: Bindings = bindings(record)
        self._parties = parties
        self._owed: dict[tuple[int, int], tuple[int, int, int]] = {}

    async def play(self) -> dict[str, list[dict[str, int]]]:
        """By member, a row for the beginning of each epoch."""
        rows: dict[str, list[dict[str, int]]] = {name: [] for name in HOLDERS}
        for epoch in range(EPOCHS + 1):
            for number, name in enumerate(HOLDERS, start=1):
                rows[name].append(await self._standing(MemberId(number)))
            await asyncio.gather(*(self._publish(number, epoch) for number in range(1, 5)))
            await asyncio.gather(*(self._redeem(number, epoch) for number in range(1, 5)))
            await asyncio.gather(*(self._rate(asker, epoch) for asker in ASKERS))
            await self._next_epoch(epoch + 1)
        return rows

    async def _standing(self, member: MemberId) -> dict[str, int]:
        ledger, connection = self._contracts.quality, self._connection
        return {
            "score_bps": await ledger.score_bps_of(connection, member, block=LATEST),
            "entitlement": await ledger.entitlement_of(connection, member, block=LATEST),
            "fresh_bps": await ledger.fresh_bps_of(connection, member, block=LATEST),
        }

    async def _publish(self, number: int, epoch: int) -> None:
        changed = turn(MEMBERS[number - 1], epoch).changed
        if changed is None:
            return
        publication = Publication(
            holder=MemberId(number),
            sequence=Sequence(epoch + 1),
            root=keccak256(b"%d of %d" % (epoch, number)),
            bits=4,
            oprf_key_version=KeyVersion(1),
        )
        order = self._contracts.datasets.publish(publication, changed=changed)
        await self._parties[number - 1].lane.execute(f"publish {epoch}", order)

    async def _redeem(self, number: int, epoch: int) -> None:
        """The askers' vouchers for the hits of this epoch, at its price."""
        done = turn(MEMBERS[number - 1], epoch)
        if done.confirmed + done.refuted == 0:
            return
        price = await self._contracts.quality.hit_price_of(self._connection, MemberId(number), block=LATEST)
        signed = [self._voucher(asker, number, done.confirmed + done.refuted, price) for asker in ASKERS]
        await self._parties[number - 1].lane.execute(
            f"redeem {epoch}", self._contracts.credits.redeem(signed)
        )

    def _voucher(self, asker: int, holder: int, hits: int, price: int) -> tuple[Voucher, bytes]:
        queries, all_hits, amount = self._owed.get((asker, holder), (0, 0, 0))
        total = (queries + 100, all_hits + hits, amount + 100 + hits * price)
        self._owed[asker, holder] = total
        voucher = Voucher(
            requester=MemberId(asker),
            holder=MemberId(holder),
            queries=total[0],
            hits=total[1],
            amount=Credits(total[2]),
            price_version=1,
            key_version=KeyVersion(1),
        )
        domain = voucher_domain(self._record.chain_id, self._record.address_of("CreditLedger"))
        return voucher, sign(self._parties[asker - 1].operator_key, digest(domain, voucher))

    async def _rate(self, asker: int, epoch: int) -> None:
        ratings = [
            Rating(holder=MemberId(number), category=CATEGORY, confirmed=done.confirmed, refuted=done.refuted)
            for number, name in enumerate(HOLDERS, start=1)
            if (done := turn(name, epoch)).confirmed + done.refuted
        ]
        await self._parties[asker - 1].lane.execute(f"rate {epoch}", self._contracts.quality.rate(ratings))

    async def _next_epoch(self, epoch: int) -> None:
        start = self._record.parameters["epoch_start"] + epoch * EPOCH_S
        await self._connection.ask(lambda node: node.transport.call("evm_setNextBlockTimestamp", start))
        await self._connection.ask(lambda node: node.transport.call("evm_mine"))


@contextlib.contextmanager
def chain() -> Iterator[str]:
    """An Anvil without fees on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    binary = next(ROOT.glob("node_modules/@foundry-rs/anvil-*/bin/anvil*"))
    flags = ("--silent", "--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")
    process = subprocess.Popen((str(binary), "--port", str(port), *flags))  # noqa: S603 - our own binary
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def party(name: str, connection: ChainConnection, settings: LaneSettings) -> Party:
    """A founder with fresh keys."""
    governance, operator_key = AccountSigner(bytes(Account.create().key)), bytes(Account.create().key)
    operator, secret = AccountSigner(operator_key), generate_key()
    application = Application(
        name=name,
        governance=governance.address,
        operator=operator.address,
        sealing_suite=1,
        sealing_key=keccak256(name.encode()),
        oprf_key=public_key(secret),
        oprf_possession=prove_possession(secret, possession_context(governance.address)),
        endpoint="https://127.0.0.1:8443",
        certificate=name.encode(),
        profile_hash=keccak256(name.encode()),
    )
    lane = Lane(
        connection=connection,
        journal=MemoryTransactionJournal(),
        signer=operator,
        chain_id=31337,
        settings=settings,
    )
    return Party(application=application, operator_key=operator_key, lane=lane)


async def play(url: str) -> dict[str, list[dict[str, int]]]:
    settings = LaneSettings(gas_price_wei=0, poll_s=0.02, resend_every=5)
    parameters = parse_parameters({"protocol": {"epoch_length_s": EPOCH_S}}, "The story")
    async with open_connection([url]) as connection:
        parties = tuple(party(name, connection, settings) for name in MEMBERS)
        with tempfile.TemporaryDirectory() as folder:
            record = await Deployment(
                connection=connection,
                signer=AccountSigner(bytes(Account.create().key)),
                founders=tuple(one.application for one in parties),
                parameters=parameters,
                record_path=Path(folder) / "deployment.json",
                lane_settings=settings,
            ).run()
        return await Story(connection, record, parties).play()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draw", action="store_true", help="draw again what was played before")
    if not parser.parse_args().draw:
        with chain() as url:
            rows = asyncio.run(play(url))
        STORY.write_text(json.dumps(rows, indent=1) + "\n")
    draw(json.loads(STORY.read_text()), PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
