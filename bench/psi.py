"""OpenMined PSI on the same sets, beside the same work here: `python bench/psi.py`.

Private set intersection by elliptic curves: the server sends its whole set under its key to whoever asks,
once for each change; there is no proof of what the set was, no price and no record. Both are held against the
same limits, so that their ratios can be compared; both must find the same phones.
"""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import primitives
from holder import ME, PHONE_PREFIX_BITS, VERSION, Holder, holder_of, packed
from index import one_core
from measuring import RUNS, Work, rates, timed
from private_set_intersection.python import DataStructure, client, server
from rows import Benchmark, Row, Unit, show

from oracle.asking.verifying import prove_reply
from oracle.crypto.voprf import generate_key
from oracle.dataset.tagging import Tagger
from oracle.peer.frames import LENGTH_BYTES

RECORDS: Final = 20_000
BATCH: Final = 1_000
ONES: Final = 50
FALSE_POSITIVES: Final = 1e-9
"""That one batch may have, of a compressed set; ours has none that anybody could wait for."""
_RECORD: Final = "hashing to the group and a scalar multiplication of libsodium a record"
_TWO_POINTS: Final = 64
_QUESTION: Final = "three scalar multiplications of libsodium: blind, evaluate, unblind"
_HERE: Final = "Riskmesh"
_THERE: Final = "OpenMined PSI"


def measure(records: int = RECORDS) -> Sequence[Row]:
    held = [_phone(number) for number in range(records)]
    with holder_of(records) as holder:
        return [
            *_sets(held),
            *_questions(holder, held, 1, ONES),
            *_questions(holder, held, BATCH, 1),
            *_sizes(holder, held, 1),
            *_sizes(holder, held, BATCH),
        ]


def _phone(number: int) -> str:
    return f"+861380{number:07}"


def _sets(held: Sequence[str]) -> list[Row]:
    other = server.CreateWithNewKey(reveal_intersection=True)
    tagger = Tagger(secret=generate_key(), holder=ME, key_version=VERSION)
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            here, limit = one_core(Path(folder) / f"{number}", tagger, len(held))
            seconds = timed(lambda: other.CreateSetupMessage(FALSE_POSITIVES, BATCH, held, DataStructure.GCS))
            rounds.append((here, len(held) / seconds, limit))
    here, there, limit = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        _rate(f"{_HERE}: index a record, up to the root", here, limit, _RECORD, held),
        _rate(f"{_THERE}: set up a record", there, limit, _RECORD, held),
    ]


def _questions(holder: Holder, held: Sequence[str], count: int, times: int) -> list[Row]:
    other = _Other(held, count)
    if not other.hits() == _hits(holder, count) == count // 2:
        raise SystemExit("The two do not find the same phones.")
    limit, here, there = rates(
        Work(run=lambda: primitives.multiply(BATCH), count=BATCH),
        Work(run=lambda: [_hits(holder, count) for _ in range(times)], count=count * times),
        Work(run=lambda: [other.hits() for _ in range(times)], count=count * times),
    )
    what = "ask about, answer and read " + ("a subject" if count == 1 else f"a subject of {count:,}")
    return [
        _rate(f"{_HERE}: {what}, proven", here, limit / 3, _QUESTION, held),
        _rate(f"{_THERE}: {what}", there, limit / 3, _QUESTION, held),
    ]


def _hits(holder: Holder, count: int) -> int:
    """Both ends of a whole question in this process, without seals and lines."""
    batch = holder.ask(count)
    return len(prove_reply(holder.case(batch, packed(batch))).hits)


class _Other:
    """A server that has sent its set, and a client that asks about so many phones."""

    def __init__(self, held: Sequence[str], count: int) -> None:
        self._server = server.CreateWithNewKey(reveal_intersection=True)
        self._client = client.CreateWithNewKey(reveal_intersection=True)
        # Half of them are on the list, as in `Holder.ask`.
        self._asked = [_phone(number if number % 2 else number + len(held)) for number in range(count)]
        self._set = self._server.CreateSetupMessage(FALSE_POSITIVES, count, held, DataStructure.GCS)

    def hits(self) -> int:
        response = self._server.ProcessRequest(self._client.CreateRequest(self._asked))
        return len(self._client.GetIntersection(self._set, response))

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes of the set, and of a question with its answer."""
        request = self._client.CreateRequest(self._asked)
        response = self._server.ProcessRequest(request)
        return (
            len(self._set.SerializeToString()),
            len(request.SerializeToString()) + len(response.SerializeToString()),
        )


def _sizes(holder: Holder, held: Sequence[str], count: int) -> list[Row]:
    """What goes over the line so that a member can ask about so many subjects."""
    elements = packed(holder.ask(count))
    here = len(elements) + int.from_bytes(holder.answer(elements).frame[:LENGTH_BYTES])
    whole, asked = _Other(held, count).sizes
    what = "bytes to ask about " + ("a subject" if count == 1 else f"{count:,} subjects")
    return [
        _size(f"{_HERE}: {what}, before padding", here, count, held),
        _size(f"{_THERE}: {what}, the set known", asked, count, held),
        _size(f"{_THERE}: {what}, after a change of the set", asked + whole, count, held),
    ]


def _size(name: str, value: int, count: int, held: Sequence[str]) -> Row:
    return Row(
        name=name,
        value=value,
        unit=Unit.BYTES,
        limit=_TWO_POINTS * count,
        limit_is="a point there and a point back for each",
        records=len(held),
        prefix_bits=_prefix_of(name),
    )


def _rate(name: str, value: float, limit: float, limit_is: str, held: Sequence[str]) -> Row:
    return Row(
        name=name,
        value=value,
        unit=Unit.PER_SECOND,
        limit=limit,
        limit_is=limit_is,
        records=len(held),
        prefix_bits=_prefix_of(name),
    )


def _prefix_of(name: str) -> int | None:
    """The other reveals none: it sends the whole set instead."""
    return PHONE_PREFIX_BITS if name.startswith(_HERE) else None


BENCHMARK = Benchmark(title="Beside OpenMined PSI, a core", measure=measure, quick=lambda: measure(2_000))

if __name__ == "__main__":
    show(BENCHMARK)
