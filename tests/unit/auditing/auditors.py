"""A chain with two auditors in office, and what happens on it, for tests of what they have to do."""

from collections.abc import Callable

from stage.ledger import START, FactChain

from oracle.auditing.drawn_places import DrawnPlaces
from oracle.auditing.duties import Duty, duties
from oracle.chain import facts
from oracle.chain.facts import Fact, Position
from oracle.domain.audits import CaseKind
from oracle.domain.ids import Address, BatchId, MemberId

ME, OTHER = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
EPOCH_S = 1_000
BATCH, CASE = BatchId(b"\x07" * 32), b"\x08" * 32
Made = Callable[[Position], Fact]


def in_office() -> FactChain:
    """In epoch 0, with two auditors in office."""
    made = FactChain()
    made.declare(epoch_length_s=EPOCH_S, audit_retention_s=86_400)
    for auditor in (ME, OTHER):
        made.happen(appointed(auditor))
    return made


def appointed(auditor: Address) -> Made:
    return lambda at: facts.audits.AuditorAppointed(
        at=at,
        auditor=auditor,
        sealing_suite=1,
        sealing_key=bytes(32),
        tls_fingerprint=bytes(32),
        certificate=b"\x30",
        name_hash=bytes(32),
    )


def due(chain: FactChain, me: Address) -> tuple[Duty, ...]:
    """Where no anchor was made there is no place to try."""
    return duties(chain.view, me, DrawnPlaces())


def to_epoch(chain: FactChain, epoch: int) -> None:
    chain.pass_time(START + epoch * EPOCH_S + 1 - chain.view.now)


def committed(epoch: int, auditor: Address) -> Made:
    return lambda at: facts.audits.SeedCommitted(at=at, epoch=epoch, auditor=auditor, commitment=bytes(32))


def closed(epoch: int, reveal_by: int) -> Made:
    return lambda at: facts.audits.EpochClosed(
        at=at, epoch=epoch, closing_hash=bytes(32), reveal_by=reveal_by, sample_ppm=1_000_000
    )


def revealed(epoch: int, auditor: Address) -> Made:
    return lambda at: facts.audits.SeedRevealed(at=at, epoch=epoch, auditor=auditor, seed=bytes(32))


def opened(chain: FactChain, answer_s: int = 100) -> Made:
    now = chain.view.now
    return lambda at: facts.audits.CaseOpened(
        at=at,
        case_id=CASE,
        kind=CaseKind.DRAWN,
        accused=MemberId(1),
        opener=0,
        subject=BATCH,
        answer_by=now + answer_s,
        decide_by=now + 2 * answer_s,
        appeal_window_s=50,
        most=4,
    )
