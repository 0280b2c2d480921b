"""Express batches: the requester's anchors, the holder's evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("root", sa.LargeBinary(32), primary_key=True),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("elements", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_index("ix_anchors_decided_at", "anchors", ["decided_at"])
    op.create_index("ix_anchors_state", "anchors", ["state"])
    op.create_table(
        "express",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("elements", _WIDE, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32)),
        sa.Column("place", sa.BigInteger()),
    )
    op.create_index("ix_express_issued_at", "express", ["issued_at"])
    op.create_index("ix_express_root", "express", ["root"])
    op.create_table(
        "told",
        sa.Column("root", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
    )
    op.create_table(
        "evidence",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.Column("elements", _WIDE, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("key_version", _WIDE, nullable=False),
        sa.Column("root", sa.LargeBinary(32)),
        sa.Column("answered", _WIDE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_evidence_nonce", "evidence", ["nonce"])
    op.create_index("ix_evidence_issued_at", "evidence", ["issued_at"])


def downgrade() -> None:
    for table in ("evidence", "told", "express", "anchors"):
        op.drop_table(table)
