"""PostgreSQL's integers have the widths that SQLite's always had, and its texts no narrower limit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTEGERS = {
    "answers": ("reason", "elements"),
    "batches": ("ordinal", "elements"),
    "charges": ("price_version",),
    "facts": ("id", "log_index"),
    "queries": ("subjects", "purpose"),
    "ratings": ("element", "category", "confirmed"),
    "receipts": ("reason", "hits"),
    "replies": ("reason", "latency_ms"),
    "signed": ("price_version",),
    "transactions": ("position",),
    "vouchers": ("price_version", "key_version"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite's integers have 64 bits and its texts no limit, whatever they are called
    for table, columns in INTEGERS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.BigInteger())
    op.execute("ALTER SEQUENCE facts_id_seq AS bigint")
    op.alter_column("batches", "failure", type_=sa.Text())


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in INTEGERS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.Integer())
    op.alter_column("batches", "failure", type_=sa.String(100))
