"""What a forged daemon makes of its dossiers, and what a lying holder presents."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from attacks.conversation import Conversation
from attacks.member import InProcess

from oracle.asking.receipt_writing import ReceiptWriter
from oracle.auditing.codec import decode_dossier, encode_dossier
from oracle.auditing.dossier import Dossier, KeptReceipt
from oracle.auditing.receipt_file import ReceiptFile, encode_receipt_file
from oracle.domain.asked import AskedReceipt, ReplyState
from oracle.domain.ids import BatchId
from oracle.domain.settlement import RefusalReason
from oracle.rules.cases import Case

Forgery = Callable[[Conversation, Dossier], Awaitable[Dossier]]


class ForgingGathering:
    """Makes the dossier as the daemon does, and changes it."""

    def __init__(self, bank: InProcess, change: Callable[[Dossier], Awaitable[Dossier]]) -> None:
        self._change = change
        self._honest = bank.audited.answering._gathering  # noqa: SLF001 - the one that it stands before

    async def file(self, batch_id: BatchId) -> bytes:
        honest = decode_dossier(await self._honest.file(batch_id))
        return encode_dossier(await self._change(honest))


async def left_out(_talk: Conversation, honest: Dossier) -> Dossier:
    """The holder answered, and the dossier has nothing of it."""
    return replace(honest, holders=())


async def never_answered(_talk: Conversation, honest: Dossier) -> Dossier:
    (part,) = honest.holders
    silent = replace(part, state=ReplyState.EXPIRED, reason=0, reply=None, receipt=None, answer=None)
    return replace(honest, holders=(silent,))


async def another_receipt(talk: Conversation, honest: Dossier) -> Dossier:
    """One that claims every hit, and was never sent; the holder's answer is to the one that was."""
    (part,) = honest.holders
    forged = await talk.another_receipt()
    return replace(honest, holders=(replace(part, receipt=_kept(forged)),))


async def came_too_late(talk: Conversation, honest: Dossier) -> Dossier:
    (part,) = honest.holders
    bank = talk.bank
    writer = ReceiptWriter(me=bank.id, lane=bank.voucher_book(), notary=bank.notary, view=bank.base.view)
    batch = await talk.batch()
    late = await writer.refusing(batch.batch_id, batch.count, part.holder, reason=RefusalReason.REPLY_LATE)
    gone = replace(part, state=ReplyState.EXPIRED, reason=0, reply=None, receipt=_kept(late))
    return replace(honest, holders=(gone,))


async def as_it_is(_talk: Conversation, honest: Dossier) -> Dossier:
    return honest


async def without_the_answer(_talk: Conversation, honest: Dossier) -> Dossier:
    """As of an honest requester that the holder's answer never reached."""
    (part,) = honest.holders
    return replace(honest, holders=(replace(part, answer=None),))


async def signed_anew(talk: Conversation, honest: Dossier) -> Dossier:
    """As of one that was restored from a backup and wrote its receipt again."""
    (part,) = honest.holders
    again = _kept(await talk.another_receipt())
    return replace(honest, holders=(replace(part, receipt=again, answer=None),))


class LyingPresenting:
    """Presents whatever it is given."""

    def __init__(self, receipt: KeptReceipt, *, case_id: bytes = b"") -> None:
        self._receipt = receipt
        self._case_id = case_id

    async def file(self, case: Case, batch_id: BatchId) -> bytes:
        shown = ReceiptFile(case_id=self._case_id or case.id, batch_id=batch_id, receipt=self._receipt)
        return encode_receipt_file(shown)


class PresentsNoise:
    """Presents bytes that are no file."""

    async def file(self, _case: Case, _batch_id: BatchId) -> bytes:
        return b"riskmesh receipt 1\n" + bytes(100)


def presents(holder: InProcess, other: Any) -> None:
    """Have this holder present something else than it keeps."""
    holder.audited.handing._presenting = other  # noqa: SLF001 - the daemon's own door, with another thing behind it


def gathers(bank: InProcess, change: Callable[[Dossier], Awaitable[Dossier]]) -> None:
    """Have the bank hand in what this makes of its dossiers."""
    answering: Any = bank.audited.answering
    answering._gathering = ForgingGathering(bank, change)  # noqa: SLF001 - as a forged daemon is made


def _kept(receipt: AskedReceipt) -> KeptReceipt:
    return KeptReceipt(statement=receipt.statement, frame=receipt.frame)
