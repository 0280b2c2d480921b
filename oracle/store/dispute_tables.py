"""Tables of what follows from disclosures: disputes, claims that were taken, answers to cases."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from oracle.store.metadata import Wide, metadata

disputes = Table(
    "disputes",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("element", Wide, primary_key=True, autoincrement=False),
    Column("claim_digest", LargeBinary(32), nullable=False),
    Column("reply_digest", LargeBinary(32), nullable=False),
    Column("ground", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("noted_at", BigInteger, nullable=False, index=True),
    Column("failure", Text, nullable=False, default=""),
)
"""Requester: claims that were not served as they had to be; the evidence stays in the batch's own rows."""

claimed = Table(
    "claimed",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("element", Wide, primary_key=True, autoincrement=False),
    Column("claim_digest", LargeBinary(32), nullable=False, index=True),
    Column("record_digest", LargeBinary(32), index=True),
    Column("claimed_at", BigInteger, nullable=False, index=True),
)
"""Holder: claims that were taken, and which record each was answered with."""

case_answers = Table(
    "case_answers",
    metadata,
    Column("case_id", LargeBinary(32), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Accused: what is handed to the auditors of a case."""
