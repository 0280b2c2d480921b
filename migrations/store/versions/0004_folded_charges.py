"""Charges of batches that are forgotten stay as one sum a pair."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "folded",
        sa.Column("side", sa.String(8), primary_key=True),
        sa.Column("member", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("queries", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("folded")
