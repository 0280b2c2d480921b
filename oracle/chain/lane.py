"""One nonce lane: an account's transactions journalled, signed, sent and followed until they are final."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from oracle.chain.answers import Receipt
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused, TransactionReverted, UnfundedAccount
from oracle.chain.pricing import Offer, Pricing
from oracle.chain.receipts import refusal, sight, submit, taken_by_another
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
    max_gas_price_wei: int | None = None
    """No more is offered, however long a transaction is stuck; None for no limit."""
    gas_margin_percent: int = 25
    replace_after_s: float = 60.0
    """A transaction that the chain waits for and does not mine is offered again: at a higher price where
    there are prices, else the same bytes."""
    confirmations: Callable[[], int] = field(default=lambda: 0)
    """Blocks on top of a receipt's before it counts, asked each time: finality is governed."""
    poll_s: float = 0.5
    resend_every: int = 20
    """Polls without a receipt after which the same bytes are sent again."""
    lost_after: int = 3
    """Polls with the nonce used and no receipt after which the blocks are looked through for whose it is."""

    @property
    def pricing(self) -> Pricing:
        return Pricing(
            fixed_wei=self.gas_price_wei,
            most_wei=self.max_gas_price_wei,
            margin_percent=self.gas_margin_percent,
        )


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
    _signers: dict[Address, TransactionSigner] = field(default_factory=dict)
    """Accounts that this lane ever sent from, and that finish what they began."""
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._signers[self.signer.address] = self.signer

    @property
    def account(self) -> Address:
        return self.signer.address

    def succeed(self, signer: TransactionSigner) -> None:
        """From now on intents go out from this account; the accounts before it finish what they began."""
        self._signers[signer.address] = signer
        self.signer = signer

    async def execute(self, intent: str, order: Order) -> Transaction:
        """Carries out an intent once and returns its mined row, also when that happened long ago.

        Raises TransactionReverted with the contract's reason. A refused intent had no effect and may be tried
        again under the same name.
        """
        fresh = Transaction(intent=intent, sender=self.account, to=order.to, data=order.data)
        row = await self.journal.enqueue(fresh)
        if (row.to, row.data) != (order.to, order.data) or row.sender not in self._signers:
            raise Broken(f"The intent '{intent}' is journalled with other contents")
        if row.status in {TransactionStatus.FAILED, TransactionStatus.REVERTED}:
            row = fresh
            await self.journal.save(row)
        return row if row.status is TransactionStatus.MINED else await self._finish(row)

    async def unfinished(self, prefix: str) -> Sequence[Transaction]:
        """What is on its way under intents that begin so."""
        rows = [row for account in self._signers for row in await self.journal.unfinished(account)]
        return [row for row in rows if row.intent.startswith(prefix)]

    async def resume(self) -> Sequence[Transaction]:
        """Finishes what an earlier run or `roll_back` left. Returns the rows as they ended."""
        rows = [row for account in self._signers for row in await self.journal.unfinished(account)]
        for row in rows:
            if row.raw is not None:
                await self._send(row)
        return await asyncio.gather(*(self._finish_quietly(row) for row in rows))

    async def roll_back(self, block: BlockNumber) -> None:
        """After a reorganisation down to this block: what was mined later counts as sent, for `resume`."""
        mined = [row for account in self._signers for row in await self.journal.mined_after(account, block)]
        for row in mined:
            await self.journal.save(replace(row, status=TransactionStatus.SENT, error=""))

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
                offer = await self.settings.pricing.offer(self.connection, row, self.reverts)
            except TransactionReverted as error:
                await self.journal.save(replace(row, status=TransactionStatus.FAILED, error=error.error))
                raise
            except NodeRefused as error:
                raise self._explained(error) from error
            row = await self._with_nonce(row, offer)
            # Journalled before it is sent: after a crash the same bytes are sent again, never others.
            await self.journal.save(row)
            try:
                await self._send(row)
            except NodeRefused as error:
                await self.journal.save(queued)
                raise self._explained(error) from error
            return row

    async def _with_nonce(self, row: Transaction, offer: Offer) -> Transaction:
        head = await self.connection.ask(lambda node: node.block_number())
        pending = await self.connection.ask(lambda node: node.nonce(row.sender, "pending"))
        highest = await self.journal.highest_nonce(row.sender)
        nonce = pending if highest is None else max(pending, highest + 1)
        return self._signed(replace(row, nonce=nonce, after_block=head), offer)

    def _signed(self, row: Transaction, offer: Offer) -> Transaction:
        if row.nonce is None:
            raise Broken(f"The intent '{row.intent}' is signed without a nonce")
        signed = self._signers[row.sender].sign(
            UnsignedTransaction(
                chain_id=self.chain_id,
                nonce=row.nonce,
                gas=offer.gas,
                gas_price=offer.gas_price,
                to=row.to,
                data=row.data,
            )
        )
        return replace(
            row,
            status=TransactionStatus.SENT,
            raw=signed.raw,
            tx_hash=signed.tx_hash,
            earlier=row.hashes,
            gas=offer.gas,
            gas_price=offer.gas_price,
        )

    async def _offer_again(self, row: Transaction) -> Transaction:
        """What is stuck once more: dearer under the same nonce, or unchanged where prices do not help.

        All versions stay journalled, so that whichever is mined is known as ours.
        """
        async with self._signing:
            row = await self._reread(row)
            if row.status is not TransactionStatus.SENT:
                return row
            price = await self.settings.pricing.raised(self.connection, row)
            if price is None or row.gas is None:
                await self._send(row)
                return row
            _log.warning("transaction_stuck", intent=row.intent, nonce=row.nonce, gas_price_wei=price)
            dearer = self._signed(row, Offer(gas=row.gas, gas_price=price))
            await self.journal.save(dearer)
            try:
                await self._send(dearer)
            except NodeRefused as error:
                _log.warning("replacement_refused", intent=row.intent, error=self._explained(error))
                # The cheaper one stays on offer; the dearer one may have reached some node all the same.
                back = replace(row, earlier=(*row.earlier, *dearer.hashes[:1]))
                await self.journal.save(back)
                return back
            return dearer

    async def _send(self, row: Transaction) -> None:
        self.clear()
        raw = row.raw
        if raw is None:
            raise Broken(f"The intent '{row.intent}' was to be sent unsigned")
        try:
            await self.connection.ask(lambda node: submit(node, raw))
        except NodeRefused as error:
            if error.data is not None or not any(word in error.reason.lower() for word in _ALREADY_THERE):
                raise
            _log.debug("transaction_already_there", intent=row.intent)

    async def _follow(self, row: Transaction) -> Transaction | None:
        """The finished row, or None when its nonce went to a transaction that is not ours."""
        polls = lost = 0
        offered_at = time.monotonic()
        while True:
            self.clear()
            look = partial(sight, row=row, confirmations=self.settings.confirmations())
            sighting = await self.connection.ask(look)
            if sighting.receipt is not None:
                lost = 0
                if sighting.final:
                    return await self._finished(row, sighting.receipt)
            elif sighting.nonce_used:
                lost += 1
            elif sighting.next_in_line and time.monotonic() - offered_at >= self.settings.replace_after_s:
                row, offered_at = await self._offer_again(row), time.monotonic()
            elif polls % self.settings.resend_every == self.settings.resend_every - 1:
                await self._send(row)
            if lost >= self.settings.lost_after:
                lost = 0
                if await self.connection.ask(partial(taken_by_another, row=row)):
                    return None
                _log.warning("receipt_kept_back", intent=row.intent, nonce=row.nonce)
            await asyncio.sleep(min(self.settings.poll_s, 0.02 * 2 ** min(polls, 10)))
            polls += 1

    async def _finished(self, row: Transaction, receipt: Receipt) -> Transaction:
        row = replace(
            row,
            status=TransactionStatus.MINED if receipt.succeeded else TransactionStatus.REVERTED,
            tx_hash=receipt.tx_hash,
            earlier=tuple(one for one in row.hashes if one != receipt.tx_hash),
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
            if current.hashes != row.hashes:
                return current  # another task has given it another nonce or price already
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
