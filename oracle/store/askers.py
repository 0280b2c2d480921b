"""What a holder's journals say of a member that asks it, as it stands before the next answer."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, exists, func, or_, select

from oracle.domain.answered import AnswerState
from oracle.domain.ids import BatchId, MemberId
from oracle.rules.express import RECEIPT_GRACE_S
from oracle.store.database import Database
from oracle.store.pair_totals import Side
from oracle.store.sums import total
from oracle.store.tables import accepted, answers, evidence, pair_totals


@dataclass(frozen=True, slots=True, kw_only=True)
class AskerStanding:
    """Amounts in credits."""

    accepted: int
    """Charges that were accepted, those that left the list included."""
    unreceipted: int
    """Query fees of replies without a receipt."""
    overdue: int
    """Replies whose receipt is overdue: due by the deadline, or, for express, whose deadlines are short, so
    long after it."""
    unanchored: int
    """Elements answered at once that no anchor was proven for."""


_ASKER: Final = bindparam("requester", type_=BigInteger)
_WITHOUT_RECEIPT: Final = and_(
    answers.c.requester == _ASKER,
    or_(answers.c.state == AnswerState.SEALED, answers.c.state == AnswerState.DELIVERED),
)
_AT_ONCE: Final = exists().where(
    evidence.c.requester == answers.c.requester, evidence.c.batch_id == answers.c.batch_id
)
_DUE: Final = answers.c.deadline + case((_AT_ONCE, RECEIPT_GRACE_S), else_=0)
_STANDING: Final = select(
    (
        select(total(pair_totals.c.amount))
        .where(pair_totals.c.side == Side.ACCEPTED, pair_totals.c.member == _ASKER)
        .scalar_subquery()
        - select(total(accepted.c.amount))
        .where(accepted.c.requester == _ASKER, accepted.c.batch_id == bindparam("without"))
        .scalar_subquery()
    ).label("accepted"),
    select(total(answers.c.query_fees)).where(_WITHOUT_RECEIPT).scalar_subquery().label("unreceipted"),
    select(func.count())
    .select_from(answers)
    .where(_WITHOUT_RECEIPT, answers.c.state == AnswerState.DELIVERED, bindparam("now") > _DUE)
    .scalar_subquery()
    .label("overdue"),
    select(total(evidence.c.elements))
    .where(
        evidence.c.requester == _ASKER,
        evidence.c.answered == 1,
        evidence.c.root.is_(None),
        evidence.c.issued_at >= bindparam("since"),
    )
    .scalar_subquery()
    .label("unanchored"),
)


def standing_of(
    connection: Connection, requester: MemberId, *, without: BatchId, now: int, since: int
) -> AskerStanding:
    """`without` does not count as accepted, nor as unanchored what was issued before `since`."""
    values = {"requester": requester, "without": without, "now": now, "since": since}
    row = connection.execute(_STANDING, values).one()
    return AskerStanding(
        accepted=row.accepted,
        unreceipted=row.unreceipted,
        overdue=row.overdue,
        unanchored=row.unanchored,
    )


class AskerJournal:
    """Reads what others write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, requester: MemberId, *, without: BatchId, now: int, since: int) -> AskerStanding:
        """See `standing_of`."""
        return await self._database.look(
            lambda connection: standing_of(connection, requester, without=without, now=now, since=since)
        )
