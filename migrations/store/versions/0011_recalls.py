"""Recalls: the holder's of whom to tell, the requester's of what it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("element", _WIDE, primary_key=True, autoincrement=False),
        sa.Column("record_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("reason", _WIDE, nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("told", _WIDE, nullable=False),
    )
    op.create_index("ix_recalls_noted_at", "recalls", ["noted_at"])
    op.create_index("ix_recalls_told", "recalls", ["told"])
    op.create_table(
        "recalled",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("element", _WIDE, primary_key=True, autoincrement=False),
        sa.Column("reason", _WIDE, nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_recalled_taken_at", "recalled", ["taken_at"])


def downgrade() -> None:
    for table in ("recalled", "recalls"):
        op.drop_table(table)
