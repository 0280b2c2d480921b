"""The first schema: facts, transactions, what was asked, what was answered, what is owed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accepted",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("queries", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("requester", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("elements", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("query_fees", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary()),
        sa.Column("reply", sa.LargeBinary()),
        sa.Column("receipt_digest", sa.LargeBinary(32)),
        sa.Column("disclosures", sa.LargeBinary()),
    )
    op.create_index("ix_answers_state", "answers", ["state"])
    op.create_index("ix_answers_requester", "answers", ["requester"])
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("query_id", sa.String(32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("elements", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("committed_at_ms", sa.BigInteger()),
        sa.Column("failure", sa.String(100), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_batches_state", "batches", ["state"])
    op.create_index("ix_batches_query_id", "batches", ["query_id"])
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "charges",
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("queries", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("block_hash", "log_index"),
    )
    op.create_index("ix_facts_block_number", "facts", ["block_number"])
    op.create_table(
        "marks",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "queries",
        sa.Column("query_id", sa.String(32), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_queries_state", "queries", ["state"])
    op.create_table(
        "ratings",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("element", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("category", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("sent_in", sa.String(200)),
        sa.Column("confirmed", sa.Integer(), nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
    )
    op.create_index("ix_receipts_state", "receipts", ["state"])
    op.create_table(
        "replies",
        sa.Column("batch_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("latency_ms", sa.Integer()),
        sa.Column("received", sa.LargeBinary()),
        sa.Column("verified", sa.LargeBinary()),
    )
    op.create_index("ix_replies_state", "replies", ["state"])
    op.create_table(
        "signed",
        sa.Column("holder", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("queries", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "transactions",
        sa.Column("intent", sa.String(200), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False, unique=True),
        sa.Column("sender", sa.String(42), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("nonce", sa.BigInteger()),
        sa.Column("block_number", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_transactions_status", "transactions", ["status"])
    op.create_index("ix_transactions_sender", "transactions", ["sender"])
    op.create_table(
        "vouchers",
        sa.Column("requester", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("queries", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("price_version", sa.Integer(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(65), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("vouchers")
    op.drop_table("transactions")
    op.drop_table("signed")
    op.drop_table("replies")
    op.drop_table("receipts")
    op.drop_table("ratings")
    op.drop_table("queries")
    op.drop_table("marks")
    op.drop_table("facts")
    op.drop_table("charges")
    op.drop_table("blocks")
    op.drop_table("batches")
    op.drop_table("answers")
    op.drop_table("accepted")
