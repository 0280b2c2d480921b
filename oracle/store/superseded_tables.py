"""Tables of what a reorganisation made evidence and no answer any more."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from oracle.store.metadata import Wide, metadata

superseded_answers = Table(
    "superseded_answers",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("earlier", Wide, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("reason", Wide, nullable=False),
    Column("snapshot_block", BigInteger),
    Column("snapshot_hash", LargeBinary(32)),
    Column("reply", LargeBinary),
    Column("receipt_digest", LargeBinary(32)),
    Column("disclosures", LargeBinary),
)
"""Holder: what a batch was answered with before a reorganisation had it answered anew."""

superseded_replies = Table(
    "superseded_replies",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("earlier", Wide, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("reason", Wide, nullable=False),
    Column("latency_ms", Wide),
    Column("snapshot_block", BigInteger),
    Column("snapshot_hash", LargeBinary(32)),
    Column("received", LargeBinary),
    Column("verified", LargeBinary),
    Column("receipt_state", String(16)),
    Column("receipt_reason", Wide),
    Column("hits", Wide),
    Column("receipt", LargeBinary),
    Column("answer", LargeBinary),
)
"""Requester: a reply that a reorganisation made one from the wrong snapshot, with its receipt."""
