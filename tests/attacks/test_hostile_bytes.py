"""Thousands of hostile requests of a member at a real member: each gets a no, and nothing of it remains."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess
from attacks.remains import contents

from oracle.domain.messages import MessageType
from oracle.domain.reports import Finding, RecordState
from oracle.peer.headers import STATEMENT_SIZES, largest_message, message_size

A_SAMPLE, MANY = 400, 6_000
PATHS = ("replies", "receipts", "voucher-state", "version", "envelopes", "nothing")
KINDS = {"replies": MessageType.REPLY, "receipts": MessageType.RECEIPT}
REFUSED = range(400, 500)


def _changed(data: bytes, dice: random.Random) -> bytes:
    body = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(body)) if dice.random() < 0.5 else dice.randrange(min(len(body), 100))
        match dice.randrange(5):
            case 0:
                body[at] ^= 1 << dice.randrange(8)
            case 1:
                body[at : at + 8] = dice.randbytes(8)
            case 2:
                del body[at:]
            case 3:
                body[at:at] = dice.randbytes(dice.randint(1, 64))
            case _:
                body += body[at : at + 512]
        if not body:
            body = bytearray(dice.randbytes(90))
    return bytes(body)


def _noise(dice: random.Random) -> bytes:
    """Of the length of a message, with the start of one, or neither."""
    kind = dice.choice(list(MessageType))
    size = min(message_size(kind, 4096), largest_message(kind))
    start = bytes([1, kind]) if dice.random() < 0.7 else b""
    return (start + dice.randbytes(size))[: size if dice.random() < 0.8 else dice.randrange(size)]


def _requests(honest: list[bytes], dice: random.Random, count: int) -> Iterator[tuple[str, str, Any, Any]]:
    for _ in range(count):
        path = dice.choice(PATHS)
        body = _changed(dice.choice(honest), dice) if dice.random() < 0.7 else _noise(dice)
        kind = dice.choice(["application/octet-stream"] * 9 + ["application/json"])
        headers = {"Content-Type": kind}
        if dice.random() < 0.1:
            headers["Riskmesh-Wire-Versions"] = dice.choice(["2", "x", "1,2", "9" * 300])
        if path == "envelopes":
            name = dice.choice([dice.randbytes(32).hex(), dice.randbytes(3).hex(), "..%2f..", "%00", "é"])
            yield "GET", f"envelopes/{name}", None, headers
        else:
            yield dice.choice(["POST"] * 9 + ["PUT", "GET", "DELETE"]), path, body, headers


async def _assault(attacker: InProcess, victim: InProcess, honest: list[bytes], count: int) -> Counter[int]:
    """As a member whose certificate is in order, with as many requests as it can."""
    endpoint, context = attacker.door_to(victim)
    answers: Counter[int] = Counter()
    dice = random.Random(20_261_125)  # noqa: S311 - the same requests each time
    connector = aiohttp.TCPConnector(ssl=context, limit=4)
    async with aiohttp.ClientSession(connector=connector) as session:
        for method, path, body, headers in _requests(honest, dice, count):
            url = f"{endpoint}/peer/v1/{path}"
            async with session.request(method, url, data=body, headers=headers) as response:
                await response.read()
                answers[response.status] += 1
    return answers


async def _honest_messages(talk: Conversation) -> list[bytes]:
    """Of a whole honest conversation: reply and receipt as they went over the wire."""
    await talk.whole(HELD, MISSED)
    return [*talk.holder.client.replies, *talk.bank.client.receipts]


@pytest.mark.parametrize(
    "count", [A_SAMPLE, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
async def test_member__under_hostile_requests__changes_nothing_and_answers_honest_ones_after(
    talk: Conversation, count: int
) -> None:
    honest = await _honest_messages(talk)
    before = {member.id: contents(member) for member in (talk.bank, talk.holder)}

    for attacker, victim in ((talk.bank, talk.holder), (talk.holder, talk.bank)):
        answers = await _assault(attacker, victim, honest, count)
        unharmed = {200, 204, 404, 405, 429}
        assert all(status in REFUSED or status in unharmed for status in answers), answers
        assert sum(answers[status] for status in REFUSED) > count // 2

    assert {member.id: contents(member) for member in (talk.bank, talk.holder)} == before
    await talk.whole(HELD, MISSED)
    hit, miss = await talk.results()
    assert (hit.state, hit.record_state, miss.state) == (Finding.HIT, RecordState.DISCLOSED, Finding.MISS)


def test_noise__of_every_kind__is_as_long_as_messages_are() -> None:
    assert {kind: len(_noise(random.Random(kind))) > 0 for kind in STATEMENT_SIZES}  # noqa: S311 - no secret
