"""One journal of what parties of cases hand in: answers to disputes go where openings are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An answer under the form before this one is made anew when an auditor asks for it.
    op.drop_table("case_answers")


def downgrade() -> None:
    op.create_table(
        "case_answers",
        sa.Column("case_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
