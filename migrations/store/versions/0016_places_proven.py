"""Evidence: the place in its anchor at which a request was proven to stand."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("place", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("evidence", "place")
