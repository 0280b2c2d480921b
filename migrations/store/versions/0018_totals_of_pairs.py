"""What the charges of a pair add up to is kept beside their list, so that no query waits for their sum."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AMOUNTS = ("queries", "hits", "amount")
KEY = ("side", "member")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, sa.BigInteger()) for column in columns))


FOLDED = _table("folded", *KEY, *AMOUNTS, "price_version", "batches")
TOTALS = _table("pair_totals", *KEY, *AMOUNTS, "price_version")


def _listed() -> sa.Select:
    """The lines of both lists."""
    charges = _table("charges", "holder", *AMOUNTS, "price_version")
    accepted = _table("accepted", "requester", *AMOUNTS)
    given = sa.select(
        sa.literal("given").label("side"),
        charges.c.holder.label("member"),
        *_of(charges),
        charges.c.price_version,
    )
    taken = sa.select(
        sa.literal("accepted").label("side"),
        accepted.c.requester.label("member"),
        *_of(accepted),
        sa.literal(0).label("price_version"),
    )
    return sa.union_all(given, taken)


def _of(table: sa.FromClause) -> list[sa.ColumnElement]:
    return [table.c[name] for name in AMOUNTS]


def _sums(lines: sa.FromClause) -> sa.Select:
    return sa.select(
        lines.c.side,
        lines.c.member,
        *(sa.cast(sa.func.sum(column), sa.BigInteger()).label(column.name) for column in _of(lines)),
        sa.func.max(lines.c.price_version).label("price_version"),
    ).group_by(lines.c.side, lines.c.member)


def _columns() -> list[sa.Column]:
    return [
        sa.Column("side", sa.String(8), primary_key=True),
        sa.Column("member", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*AMOUNTS, "price_version")),
    ]


def upgrade() -> None:
    op.create_table("pair_totals", *_columns())
    names = (*KEY, *AMOUNTS, "price_version")
    before = sa.select(*(FOLDED.c[name] for name in names))
    lines = sa.union_all(before, sa.select(_listed().subquery())).subquery()
    op.execute(TOTALS.insert().from_select(names, _sums(lines)))
    op.drop_table("folded")


def downgrade() -> None:
    op.create_table("folded", *_columns(), sa.Column("batches", sa.BigInteger(), nullable=False))
    listed = _sums(_listed().subquery()).subquery()
    same = sa.and_(*(listed.c[name] == TOTALS.c[name] for name in KEY))
    # What is not on the list any more; of how many batches is not known.
    left = sa.select(
        *(TOTALS.c[name] for name in KEY),
        *(TOTALS.c[name] - sa.func.coalesce(listed.c[name], 0) for name in AMOUNTS),
        TOTALS.c.price_version,
        sa.literal(0),
    ).select_from(TOTALS.outerjoin(listed, same))
    op.execute(FOLDED.insert().from_select((*KEY, *AMOUNTS, "price_version", "batches"), left))
    op.drop_table("pair_totals")
