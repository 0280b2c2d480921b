"""The holder's journal by requester and batch: others may commit an identifier that they copied."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = (
    "requester, batch_id, state, reason, elements, deadline, query_fees, envelope, reply, receipt_digest, "
    "disclosures"
)


def upgrade() -> None:
    _rebuild(("requester", "batch_id"))


def downgrade() -> None:
    """Fails when two requesters have one identifier, which the older shape cannot hold."""
    _rebuild(("batch_id",))
    op.create_index("ix_answers_requester", "answers", ["requester"])


def _rebuild(key: tuple[str, ...]) -> None:
    op.rename_table("answers", "answers_before")
    op.drop_index("ix_answers_state", "answers_before")
    if key != ("batch_id",):
        op.drop_index("ix_answers_requester", "answers_before")
    op.create_table(
        "answers",
        sa.Column("requester", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.LargeBinary(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("elements", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("query_fees", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary()),
        sa.Column("reply", sa.LargeBinary()),
        sa.Column("receipt_digest", sa.LargeBinary(32)),
        sa.Column("disclosures", sa.LargeBinary()),
        sa.PrimaryKeyConstraint(*key),
    )
    op.execute(f"INSERT INTO answers ({_COLUMNS}) SELECT {_COLUMNS} FROM answers_before")  # noqa: S608 # our own names
    op.drop_table("answers_before")
    op.create_index("ix_answers_state", "answers", ["state"])
