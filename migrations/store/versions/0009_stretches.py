"""Stretches of files that became queries: a file that is put again asks nothing twice."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stretches",
        sa.Column("run", sa.String(32), primary_key=True),
        sa.Column("first_line", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("last_line", sa.BigInteger(), nullable=False),
        sa.Column("query_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_stretches_query_id", "stretches", ["query_id"])


def downgrade() -> None:
    op.drop_table("stretches")
