"""Tables of decoys: what a member was handed, and what an auditor made."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from oracle.store.metadata import Wide, metadata

decoys = Table(
    "decoys",
    metadata,
    Column("decoy_id", LargeBinary(32), primary_key=True),
    Column("auditor", String(42), nullable=False),
    Column("query_id", String(32), nullable=False, unique=True),
    Column("taken_at", BigInteger, nullable=False, index=True),
    Column("elements", Wide, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Member: elements that it asks about for an auditor; asked once a query of this identifier is there."""

planted = Table(
    "planted",
    metadata,
    Column("decoy_id", LargeBinary(32), primary_key=True),
    Column("member", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Auditor: its decoys with what opens them, written before they are handed out."""
