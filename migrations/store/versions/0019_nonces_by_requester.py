"""Whether a nonce was used is looked up by requester and nonce, not among all that a requester ever sent."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_evidence_nonce", "evidence")
    op.create_index("ix_evidence_requester_nonce", "evidence", ["requester", "nonce"])


def downgrade() -> None:
    op.drop_index("ix_evidence_requester_nonce", "evidence")
    op.create_index("ix_evidence_nonce", "evidence", ["nonce"])
