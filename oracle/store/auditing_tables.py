"""Tables of audits: what parties hand in, what holders can present, and what an auditor keeps."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from oracle.store.metadata import Wide, metadata

openings = Table(
    "openings",
    metadata,
    Column("case_id", LargeBinary(32), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Party of a case: the file that it hands in, written before its digest goes on the chain."""

taken_receipts = Table(
    "taken_receipts",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("deadline", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Holder: the receipt that it settled, for auditors who ask what its requester told it."""

seeds = Table(
    "seeds",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Auditor: its seed of an epoch, written before it commits to it."""

examined = Table(
    "examined",
    metadata,
    Column("case_id", LargeBinary(32), primary_key=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("upheld", Wide, nullable=False),
    Column("reason", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Auditor: what it found in a case, with file and reasons, written before its verdict goes on the chain.

`upheld` is for how many faults, 0 for none."""

presented = Table(
    "presented",
    metadata,
    Column("case_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("opened_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Auditor: what a holder presented in a case, as it came."""
