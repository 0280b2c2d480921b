"""Tables of what follows from disclosures: disputes, claims taken, recalls."""

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

recalls = Table(
    "recalls",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("element", Wide, primary_key=True, autoincrement=False),
    Column("record_digest", LargeBinary(32), nullable=False),
    Column("reason", Wide, nullable=False),
    Column("noted_at", BigInteger, nullable=False, index=True),
    Column("told", Wide, nullable=False, index=True),
)
"""Holder: disclosed records that are recalled; `told` is 1 once the requester has taken it."""

recalled = Table(
    "recalled",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("element", Wide, primary_key=True, autoincrement=False),
    Column("reason", Wide, nullable=False),
    Column("taken_at", BigInteger, nullable=False, index=True),
)
"""Requester: records disclosed to it that their holders have recalled."""
