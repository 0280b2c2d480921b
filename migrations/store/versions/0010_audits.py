"""Audits: what the accused hands in, an auditor's seeds and what it found."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("case_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "seeds",
        sa.Column("epoch", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "examined",
        sa.Column("case_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("upheld", _WIDE, nullable=False),
        sa.Column("reason", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    for table in ("examined", "seeds", "openings"):
        op.drop_table(table)
