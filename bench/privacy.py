"""What each bit of prefix costs and hides, phones at 20,000 records: `python bench/privacy.py`."""

from collections.abc import Sequence

from holder import PHONE_PREFIX_BITS, RECORDS, Holder, holder_of, packed
from measuring import Work, rates
from rows import Benchmark, Row, Unit, show

from oracle.asking.verifying import prove_reply
from oracle.domain.messages import MessageType
from oracle.peer.frames import LENGTH_BYTES
from oracle.peer.headers import message_size

PHONES = 2_000_000_000
"""Population of the type, as the protocol states it."""
PREFIXES = (PHONE_PREFIX_BITS, 11, 10, 9, 8, 7, 6)
COUNT = 100


def measure() -> Sequence[Row]:
    with holder_of(RECORDS) as holder:
        return [row for bits in PREFIXES for row in _measure(holder, bits)]


def _measure(holder: Holder, prefix_bits: int) -> Sequence[Row]:
    """The governed prefix is held against in all of them: what it would cost to hide among more."""
    batch, governed = holder.ask(COUNT, prefix_bits), holder.ask(COUNT)
    elements, usual = packed(batch), packed(governed)
    case, usual_case = holder.case(batch, elements), holder.case(governed, usual)
    best, answers, best_proof, proves = rates(
        Work(run=lambda: holder.answer(usual), count=COUNT),
        Work(run=lambda: holder.answer(elements), count=COUNT),
        Work(run=lambda: prove_reply(usual_case), count=COUNT),
        Work(run=lambda: prove_reply(case), count=COUNT),
    )
    name = f"{prefix_bits} bits, 1 of {PHONES >> prefix_bits:,}"
    content, usual_content = _content(case.frame), _content(usual_case.frame)
    wire = message_size(MessageType.REPLY, len(case.frame))
    return [
        _row(f"{name}: content an element", Unit.BYTES, prefix_bits, content / COUNT, usual_content / COUNT),
        _row(f"{name}: answer an element", Unit.PER_SECOND, prefix_bits, answers, best),
        _row(f"{name}: verify an element", Unit.PER_SECOND, prefix_bits, proves, best_proof),
        Row(
            name=f"{name}: reply to {COUNT}",
            value=wire,
            unit=Unit.BYTES,
            limit=content,
            limit_is="its content before padding",
            prefix_bits=prefix_bits,
            records=RECORDS,
        ),
    ]


def _content(frame: bytes) -> int:
    return int.from_bytes(frame[:LENGTH_BYTES])


def _row(name: str, unit: Unit, prefix_bits: int, value: float, limit: float) -> Row:
    return Row(
        name=name,
        value=value,
        unit=unit,
        limit=limit,
        limit_is=f"the same with the governed {PHONE_PREFIX_BITS} bits",
        prefix_bits=prefix_bits,
        records=RECORDS,
    )


BENCHMARK = Benchmark(title="What a prefix costs, and among how many phones it hides one", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
