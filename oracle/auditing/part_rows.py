"""What a dossier says of one holder, as a row of CBOR."""

from typing import Final

from oracle.auditing.dossier import HolderPart, KeptReceipt
from oracle.domain.asked import HolderAnswer, ReceivedReply, ReplyState
from oracle.domain.ids import KeyVersion, MemberId
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    SIGNATURE_SIZE,
    U16,
    U32,
    U64,
    read_bytes,
    read_list,
    read_row,
    read_uint,
)
from oracle.peer.errors import BodyFieldBounds
from oracle.peer.frames import LARGEST_FRAME
from oracle.peer.statements import RECEIPT_SIZE, REPLY_HEAD_SIZE

_STATES: Final = {
    ReplyState.WAITING: 0,
    ReplyState.RECEIVED: 1,
    ReplyState.REFUSED: 2,
    ReplyState.EXPIRED: 3,
}


def holder_row(part: HolderPart) -> list[cbor.Encodable]:
    reply: list[cbor.Encodable] = []
    if part.reply is not None:
        reply = [part.reply.sender_key_version, part.reply.statement, *_bare(part.reply.frame)]
    receipt = receipt_row(part.receipt)
    return [part.holder, _STATES[part.state], part.reason, reply, receipt, _answer_row(part.answer)]


def receipt_row(kept: KeptReceipt | None) -> list[cbor.Encodable]:
    return [] if kept is None else [kept.statement, *_bare(kept.frame)]


def read_holder(value: object) -> HolderPart:
    holder, state, reason, reply, receipt, answer = read_row(value, "a holder", columns=6)
    code = read_uint(state, "the state", bits=U16, most=max(_STATES.values()))
    kept, why = _read_reply(reply), read_uint(reason, "the reason", bits=U16)
    if (kept is not None) != (code == _STATES[ReplyState.RECEIVED]) or (kept is not None and why):
        raise BodyFieldBounds("what became of a kept reply is for whoever recomputes it to say")
    return HolderPart(
        holder=MemberId(read_uint(holder, "the holder", bits=U64, least=1)),
        state=next(one for one, number in _STATES.items() if number == code),
        reason=why,
        reply=kept,
        receipt=read_receipt_row(receipt),
        answer=_read_answer(answer),
    )


def _read_reply(value: object) -> ReceivedReply | None:
    row = read_list(value, "the reply", most=4)
    if not row:
        return None
    version, statement, content, size = read_row(row, "the reply", columns=4)
    return ReceivedReply(
        statement=read_bytes(statement, "the reply's head", exactly=REPLY_HEAD_SIZE),
        frame=_whole(*_read_bare(content, size)),
        sender_key_version=KeyVersion(read_uint(version, "the key version", bits=U32, least=1)),
    )


def read_receipt_row(value: object) -> KeptReceipt | None:
    row = read_list(value, "the receipt", most=3)
    if not row:
        return None
    statement, content, size = read_row(row, "the receipt", columns=3)
    return KeptReceipt(
        statement=read_bytes(statement, "the receipt", exactly=RECEIPT_SIZE),
        frame=_whole(*_read_bare(content, size)),
    )


def _answer_row(answer: HolderAnswer | None) -> list[cbor.Encodable]:
    if answer is None:
        return []
    versions = (answer.version, answer.key_version, answer.sealing_version)
    return [*versions, answer.signature, answer.content, answer.frame_size]


def _read_answer(value: object) -> HolderAnswer | None:
    row = read_list(value, "the answer", most=6)
    if not row:
        return None
    version, key, sealing, signature, content, size = read_row(row, "the answer", columns=6)
    bare, frame_size = _read_bare(content, size)
    return HolderAnswer(
        version=read_uint(version, "the version", bits=8),
        key_version=KeyVersion(read_uint(key, "the key version", bits=U32, least=1)),
        sealing_version=KeyVersion(read_uint(sealing, "the sealing key's version", bits=U32, least=1)),
        signature=read_bytes(signature, "the header's signature", exactly=SIGNATURE_SIZE),
        content=bare,
        frame_size=frame_size,
    )


def _bare(frame: bytes) -> tuple[bytes, int]:
    return frame.rstrip(b"\0"), len(frame)


def _read_bare(content: object, size: object) -> tuple[bytes, int]:
    bare = read_bytes(content, "a frame", most=LARGEST_FRAME)
    if bare.endswith(b"\0"):
        raise BodyFieldBounds("a frame goes without the zeros at its end")
    return bare, read_uint(size, "the size of a frame", bits=U32, least=len(bare), most=LARGEST_FRAME)


def _whole(bare: bytes, size: int) -> bytes:
    return bare.ljust(size, b"\0")
