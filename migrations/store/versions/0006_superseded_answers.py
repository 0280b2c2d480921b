"""Answers say from which snapshot they are; superseded ones are kept beside the new ones."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
BOTH = ("answers", "replies")


def upgrade() -> None:
    for table in BOTH:
        op.add_column(table, sa.Column("snapshot_block", sa.BigInteger()))
        op.add_column(table, sa.Column("snapshot_hash", sa.LargeBinary(32)))
        op.add_column(table, sa.Column("earlier", WIDE, nullable=False, server_default="0"))
    op.create_table(
        "superseded_answers",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("earlier", WIDE, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", WIDE, nullable=False),
        sa.Column("snapshot_block", sa.BigInteger()),
        sa.Column("snapshot_hash", sa.LargeBinary(32)),
        sa.Column("reply", sa.LargeBinary()),
        sa.Column("receipt_digest", sa.LargeBinary(32)),
        sa.Column("disclosures", sa.LargeBinary()),
    )
    op.create_table(
        "superseded_replies",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("earlier", WIDE, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", WIDE, nullable=False),
        sa.Column("latency_ms", WIDE),
        sa.Column("snapshot_block", sa.BigInteger()),
        sa.Column("snapshot_hash", sa.LargeBinary(32)),
        sa.Column("received", sa.LargeBinary()),
        sa.Column("verified", sa.LargeBinary()),
        sa.Column("receipt_state", sa.String(16)),
        sa.Column("receipt_reason", WIDE),
        sa.Column("hits", WIDE),
        sa.Column("receipt", sa.LargeBinary()),
        sa.Column("answer", sa.LargeBinary()),
    )


def downgrade() -> None:
    op.drop_table("superseded_replies")
    op.drop_table("superseded_answers")
    for table in BOTH:
        for column in ("earlier", "snapshot_hash", "snapshot_block"):
            op.drop_column(table, column)
