"""What follows from disclosures: the requester's disputes, the holder's claims taken, answers to cases."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("element", _WIDE, primary_key=True, autoincrement=False),
        sa.Column("claim_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("reply_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("ground", sa.String(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
    )
    op.create_index("ix_disputes_state", "disputes", ["state"])
    op.create_index("ix_disputes_noted_at", "disputes", ["noted_at"])
    op.create_table(
        "claimed",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("element", _WIDE, primary_key=True, autoincrement=False),
        sa.Column("claim_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("record_digest", sa.LargeBinary(32)),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_claimed_claim_digest", "claimed", ["claim_digest"])
    op.create_index("ix_claimed_record_digest", "claimed", ["record_digest"])
    op.create_index("ix_claimed_claimed_at", "claimed", ["claimed_at"])
    op.create_table(
        "case_answers",
        sa.Column("case_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    for table in ("case_answers", "claimed", "disputes"):
        op.drop_table(table)
