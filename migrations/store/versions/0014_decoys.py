"""Decoys: the member's of what it was handed, the auditor's of what it made."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "decoys",
        sa.Column("decoy_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("auditor", sa.String(42), nullable=False),
        sa.Column("query_id", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("elements", _WIDE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("query_id"),
    )
    op.create_index("ix_decoys_taken_at", "decoys", ["taken_at"])
    op.create_table(
        "planted",
        sa.Column("decoy_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_planted_made_at", "planted", ["made_at"])
    op.create_index("ix_planted_state", "planted", ["state"])


def downgrade() -> None:
    for table in ("planted", "decoys"):
        op.drop_table(table)
