"""Indexes for what a holder looks up before each answer: it must not take longer the more it has answered."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_answers_requester_state", "answers", ["requester", "state"])
    op.create_index("ix_evidence_requester_root", "evidence", ["requester", "root", "issued_at"])


def downgrade() -> None:
    op.drop_index("ix_evidence_requester_root", "evidence")
    op.drop_index("ix_answers_requester_state", "answers")
