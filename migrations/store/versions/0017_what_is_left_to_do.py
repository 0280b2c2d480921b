"""What is left to do is found by an index: it must not take longer the more was asked and answered.

Replies say whether their receipt is written, and whom to tell of an anchor is a list.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WIDE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("replies", sa.Column("receipted", WIDE, nullable=False, server_default="0"))
    op.execute(
        "UPDATE replies SET receipted = 1 WHERE EXISTS (SELECT 1 FROM receipts "
        "WHERE receipts.batch_id = replies.batch_id AND receipts.holder = replies.holder)"
    )
    op.drop_index("ix_replies_state", "replies")
    op.create_index("ix_replies_state_receipted", "replies", ["state", "receipted"])
    # Until now only holders that had taken the proofs were noted.
    op.add_column("told", sa.Column("taken", WIDE, nullable=False, server_default="1"))
    op.create_index("ix_told_taken", "told", ["taken"])
    op.create_index("ix_evidence_answered_root", "evidence", ["answered", "root", "issued_at"])


def downgrade() -> None:
    op.drop_index("ix_evidence_answered_root", "evidence")
    op.execute("DELETE FROM told WHERE taken = 0")
    op.drop_index("ix_told_taken", "told")
    op.drop_column("told", "taken")
    op.execute("UPDATE anchors SET state = 'anchored' WHERE state = 'listed'")
    op.drop_index("ix_replies_state_receipted", "replies")
    op.create_index("ix_replies_state", "replies", ["state"])
    op.drop_column("replies", "receipted")
