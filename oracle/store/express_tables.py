"""Tables of express mode: the requester's anchors, the holder's evidence."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from oracle.store.metadata import Wide, metadata

anchors = Table(
    "anchors",
    metadata,
    Column("root", LargeBinary(32), primary_key=True),
    Column("batches", BigInteger, nullable=False),
    Column("elements", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
)
"""Requester: anchors of express batches, written before they are sent; their batches never change."""

express = Table(
    "express",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("elements", Wide, nullable=False),
    Column("issued_at", BigInteger, nullable=False, index=True),
    Column("root", LargeBinary(32), index=True),
    Column("place", BigInteger),
)
"""Requester: each express batch that was ever signed, and its place in an anchor once that is decided."""

told = Table(
    "told",
    metadata,
    Column("root", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("taken", Wide, nullable=False, index=True),
)
"""Requester: holders of an anchor's batches, listed once the chain has it; `taken` is 1 once one has the
proofs."""

evidence = Table(
    "evidence",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("nonce", LargeBinary(16), nullable=False),
    Column("elements", Wide, nullable=False),
    Column("issued_at", BigInteger, nullable=False, index=True),
    Column("key_version", Wide, nullable=False),
    Column("root", LargeBinary(32)),
    Column("answered", Wide, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("place", BigInteger),
    Index("ix_evidence_requester_nonce", "requester", "nonce"),
    Index("ix_evidence_requester_root_answered", "requester", "root", "answered", "issued_at"),
    Index("ix_evidence_answered_root", "answered", "root", "issued_at"),
)
"""Holder: signed express requests. `root` and `place` are where one was proven to stand; the place is missing
where an earlier version took the proof. `answered` is 0 where a nonce came twice: it was refused."""
