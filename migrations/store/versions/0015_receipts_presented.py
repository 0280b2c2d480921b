"""Receipts: the holder's of what it settled, the auditor's of what holders presented."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken_receipts",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_taken_receipts_deadline", "taken_receipts", ["deadline"])
    op.create_table(
        "presented",
        sa.Column("case_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_presented_opened_at", "presented", ["opened_at"])


def downgrade() -> None:
    for table in ("presented", "taken_receipts"):
        op.drop_table(table)
