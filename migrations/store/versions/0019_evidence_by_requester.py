"""What is looked up before an answer is found by requester, not among all that was ever sent.

With as many columns in an index that does not begin with the requester, SQLite may prefer that one.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_evidence_nonce", "evidence")
    op.create_index("ix_evidence_requester_nonce", "evidence", ["requester", "nonce"])
    op.drop_index("ix_evidence_requester_root", "evidence")
    op.create_index(
        "ix_evidence_requester_root_answered", "evidence", ["requester", "root", "answered", "issued_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_evidence_requester_root_answered", "evidence")
    op.create_index("ix_evidence_requester_root", "evidence", ["requester", "root", "issued_at"])
    op.drop_index("ix_evidence_requester_nonce", "evidence")
    op.create_index("ix_evidence_nonce", "evidence", ["nonce"])
