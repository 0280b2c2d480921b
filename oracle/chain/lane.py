"""One nonce lane: an account's transactions journalled, signed, sent and followed until they are final."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from oracle.chain.answers import Receipt
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused, TransactionReverted, UnfundedAccount
from oracle.chain.node import Call
from oracle.chain.receipts import refusal, sight, submit
from oracle.chain.reverts import RevertDecoder, revert_decoder
from oracle.chain.signing import TransactionSigner, UnsignedTransaction
from oracle.chain.transactions import Order, Transaction, TransactionJournal, TransactionStatus
from oracle.domain.errors import Broken, RiskmeshError
from oracle.domain.ids import Address, BlockNumber

_ALREADY_THERE = ("nonce", "already", "known transaction", "replacement")
"""What clients say when they have it already, or another one in its place: the receipt decides."""
_TOO_POOR = ("insufficient funds", "enough funds", "base fee", "underpriced", "gas price", "gasprice")
"""What clients say to a transaction that offers less than they take, or than its account holds."""

_log = structlog.get_logger("riskmesh.chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSettings:
    gas_price_wei: int | None = None
    """None: what the node proposes, which is 0 on a chain without fees."""
    gas_margin_percent: int = 25
    confirmations: int = 0
    """Blocks on top of a receipt's before it counts; the finality depth of the chain."""
    poll_s: float = 0.5
    resend_every: int = 20
    """Polls without a receipt after which the same bytes are sent again."""
    lost_after: int = 3
    """Polls with the nonce used and no receipt after which the intent gets another nonce."""


def _always() -> None:
    """Nothing stands against sending."""


@dataclass(slots=True, kw_only=True)
class Lane:
    """Safe for concurrent use by tasks of one process; never two processes with one account."""

    connection: ChainConnection
    journal: TransactionJournal
    signer: TransactionSigner
    chain_id: int
    settings: LaneSettings = field(default_factory=LaneSettings)
    reverts: RevertDecoder = field(default_factory=revert_decoder)
    clear: Callable[[], None] = _always
    """Raises Transient while nothing may be sent or concluded."""
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def account(self) -> Address:
        return self.signer.address

    async def execute(self, intent: str, order: Order) -> Transaction:
        """Carries out an intent once and returns its mined row, also when that happened long ago.

        Raises TransactionReverted with the contract's reason. A refused intent had no effect and may be tried
        again under the same name.
        """
        fresh = Transaction(intent=intent, sender=self.account, to=order.to, data=order.data)
        row = await self.journal.enqueue(fresh)
        if (row.to, row.data, row.sender) != (order.to, order.data, self.account):
            raise Broken(f"The intent '{intent}' is journalled with other contents")
        if row.status in {TransactionStatus.FAILED, TransactionStatus.REVERTED}:
            row = fresh
            await self.journal.save(row)
        return row if row.status is TransactionStatus.MINED else await self._finish(row)

    async def resume(self) -> Sequence[Transaction]:
        """Finishes what an earlier run left; call it once at start. Returns the rows as they ended."""
        rows = await self.journal.unfinished(self.account)
        for row in rows:
            if row.raw is not None:
                await self._send(row)
        return await asyncio.gather(*(self._finish_quietly(row) for row in rows))

    async def roll_back(self, block: BlockNumber) -> Sequence[Transaction]:
        """After a reorganisation down to this block: what was mined later is sent and followed again."""
        for row in await self.journal.mined_after(self.account, block):
            await self.journal.save(replace(row, status=TransactionStatus.SENT, error=""))
        return await self.resume()

    async def _finish_quietly(self, row: Transaction) -> Transaction:
        try:
            return await self._finish(row)
        except TransactionReverted as error:
            _log.warning("transaction_refused", intent=row.intent, error=error.error)
            return await self._reread(row)

    async def _finish(self, row: Transaction) -> Transaction:
        while True:
            if row.status is TransactionStatus.QUEUED:
                row = await self._dispatch(row)
            finished = await self._follow(row)
            if finished is not None:
                return finished
            row = await self._requeue(row)

    async def _dispatch(self, queued: Transaction) -> Transaction:
        async with self._signing:
            row = await self._reread(queued)
            if row.status is not TransactionStatus.QUEUED:
                return row  # another task was quicker
            self.clear()
            try:
                gas, gas_price = await self._priced(row)
            except TransactionReverted as error:
                await self.journal.save(replace(row, status=TransactionStatus.FAILED, error=error.error))
                raise
            row = await self._signed(row, gas, gas_price)
            # Journalled before it is sent: after a crash the same bytes are sent again, never others.
            await self.journal.save(row)
            try:
                await self._send(row)
            except NodeRefused as error:
                await self.journal.save(queued)
                raise self._explained(error) from error
            return row

    async def _priced(self, row: Transaction) -> tuple[int, int]:
        call = Call(to=row.to, data=row.data, sender=self.account)
        try:
            gas = await self.connection.ask(lambda node: node.estimate_gas(call))
        except NodeRefused as error:
            reverted = error.data is not None or "revert" in error.reason.lower()
            if not reverted:
                raise self._explained(error) from error
            raise self.reverts.decode(error.data, row.intent) from error
        price = self.settings.gas_price_wei
        if price is None:
            price = await self.connection.ask(lambda node: node.gas_price()) * 5 // 4
        return gas * (100 + self.settings.gas_margin_percent) // 100, price

    async def _signed(self, row: Transaction, gas: int, gas_price: int) -> Transaction:
        pending = await self.connection.ask(lambda node: node.nonce(self.account, "pending"))
        highest = await self.journal.highest_nonce(self.account)
        nonce = pending if highest is None else max(pending, highest + 1)
        signed = self.signer.sign(
            UnsignedTransaction(
                chain_id=self.chain_id, nonce=nonce, gas=gas, gas_price=gas_price, to=row.to, data=row.data
            )
        )
        return replace(
            row, status=TransactionStatus.SENT, nonce=nonce, raw=signed.raw, tx_hash=signed.tx_hash
        )

    async def _send(self, row: Transaction) -> None:
        self.clear()
        raw = row.raw
        if raw is None:
            raise Broken(f"The intent '{row.intent}' was to be sent unsigned")
        try:
            await self.connection.ask(lambda node: submit(node, raw, row.tx_hash))
        except NodeRefused as error:
            if error.data is not None or not any(word in error.reason.lower() for word in _ALREADY_THERE):
                raise
            _log.debug("transaction_already_there", intent=row.intent)

    async def _follow(self, row: Transaction) -> Transaction | None:
        """The finished row, or None when its nonce went to a transaction that is not ours."""
        polls = lost = 0
        while lost < self.settings.lost_after:
            self.clear()
            sighting = await self.connection.ask(lambda node: sight(node, row, self.settings.confirmations))
            if sighting.receipt is not None:
                lost = 0
                if sighting.final:
                    return await self._finished(row, sighting.receipt)
            elif sighting.nonce_used:
                lost += 1
            elif polls % self.settings.resend_every == self.settings.resend_every - 1:
                await self._send(row)
            await asyncio.sleep(min(self.settings.poll_s, 0.02 * 2 ** min(polls, 10)))
            polls += 1
        return None

    async def _finished(self, row: Transaction, receipt: Receipt) -> Transaction:
        row = replace(
            row,
            status=TransactionStatus.MINED if receipt.succeeded else TransactionStatus.REVERTED,
            block_number=receipt.block_number,
            block_hash=receipt.block_hash,
            contract=receipt.contract if row.to is None else None,
            gas_used=receipt.gas_used,
        )
        if receipt.succeeded:
            await self.journal.save(row)
            return row
        reason = await refusal(self.connection, self.reverts, row, receipt.block_number)
        await self.journal.save(replace(row, error=reason.error))
        raise reason

    async def _requeue(self, row: Transaction) -> Transaction:
        async with self._signing:
            current = await self._reread(row)
            if current.tx_hash != row.tx_hash:
                return current  # another task has given it another nonce already
            _log.warning("nonce_taken_by_another_transaction", intent=row.intent, nonce=row.nonce)
            fresh = Transaction(intent=row.intent, sender=row.sender, to=row.to, data=row.data)
            await self.journal.save(fresh)
            return fresh

    async def _reread(self, row: Transaction) -> Transaction:
        found = await self.journal.by_intent(row.intent)
        if found is None:
            raise Broken(f"The intent '{row.intent}' vanished from the journal")
        return found

    def _explained(self, error: NodeRefused) -> RiskmeshError:
        if not any(words in error.reason.lower() for words in _TOO_POOR):
            return error
        return UnfundedAccount(
            f"Account {self.account} cannot pay for gas on this chain; "
            "fund it, or set [chain] gas_price_wei = 0 where gas is free"
        )
