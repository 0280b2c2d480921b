"""The tables of one member's store; `migrations/store/` brings an existing one to this shape.

Columns named `sealed` hold bytes encrypted under the member's storage key: requests with their openings,
envelopes with their prefixes, replies, receipts, disclosures. What stands in clear is what the chain shows
anyway (identifiers, counts, times) or amounts between two members.
"""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, String, Table, Text, UniqueConstraint

from oracle.store.auditing_tables import examined, openings, presented, seeds, taken_receipts
from oracle.store.decoy_tables import decoys, planted
from oracle.store.dispute_tables import claimed, disputes, recalled, recalls
from oracle.store.express_tables import anchors, evidence, express, told
from oracle.store.metadata import Wide, metadata
from oracle.store.stretches import stretches
from oracle.store.superseded_tables import superseded_answers, superseded_replies

__all__ = (
    "accepted",
    "anchors",
    "answers",
    "batches",
    "blocks",
    "charges",
    "claimed",
    "decoys",
    "disputes",
    "evidence",
    "examined",
    "express",
    "facts",
    "lease",
    "marks",
    "metadata",
    "openings",
    "pair_totals",
    "planted",
    "presented",
    "queries",
    "ratings",
    "recalled",
    "recalls",
    "receipts",
    "replies",
    "seeds",
    "signed",
    "stretches",
    "superseded_answers",
    "superseded_replies",
    "taken_receipts",
    "told",
    "transactions",
    "vouchers",
)


def _order() -> tuple[Column[int | None], Column[bytes | None], Column[int]]:
    """Where the snapshot stands that was answered from, and how many answers came before this one."""
    return (
        Column("snapshot_block", BigInteger),
        Column("snapshot_hash", LargeBinary(32)),
        Column("earlier", Wide, nullable=False, default=0),
    )


facts = Table(
    "facts",
    metadata,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("block_number", BigInteger, nullable=False, index=True),
    Column("block_hash", LargeBinary(32), nullable=False),
    Column("log_index", Wide, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("block_hash", "log_index"),
)
"""Events of the chain in order, each once."""

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)
"""Hashes of blocks that were read, to notice a reorganisation."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single values: the event cursor, what this store belongs to."""

transactions = Table(
    "transactions",
    metadata,
    Column("intent", String(200), primary_key=True),
    Column("position", Wide, nullable=False, unique=True),
    Column("sender", String(42), nullable=False, index=True),
    Column("status", String(16), nullable=False, index=True),
    Column("nonce", BigInteger),
    Column("block_number", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
"""What the member's keys send, one row an intent."""

queries = Table(
    "queries",
    metadata,
    Column("query_id", String(32), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("subjects", Wide, nullable=False),
    Column("purpose", Wide, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What the institution asked, before it was cut into batches."""

batches = Table(
    "batches",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("query_id", String(32), nullable=False, index=True),
    Column("ordinal", Wide, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("elements", Wide, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("committed_at_ms", BigInteger),
    Column("failure", String(100).with_variant(Text(), "postgresql"), nullable=False, default=""),
    Column("sealed", LargeBinary, nullable=False),
)
"""Requester: each batch with its signed request, elements and openings."""

replies = Table(
    "replies",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("reason", Wide, nullable=False, default=0),
    Column("latency_ms", Wide),
    Column("received", LargeBinary),
    Column("verified", LargeBinary),
    *_order(),
    Column("receipted", Wide, nullable=False, default=0),
    Index("ix_replies_state_receipted", "state", "receipted"),
)
"""Requester: a row per holder of a batch; `received` is the message as it came, `verified` its proof, and
`receipted` is 1 once its receipt is written."""

receipts = Table(
    "receipts",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Wide, nullable=False, default=0),
    Column("hits", Wide, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
)
"""Requester: the receipt for each reply and the disclosures that answered it."""

charges = Table(
    "charges",
    metadata,
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("queries", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("price_version", Wide, nullable=False),
)
"""Requester: the list that vouchers are the sum of."""

signed = Table(
    "signed",
    metadata,
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("queries", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("price_version", Wide, nullable=False),
)
"""Requester: the greatest totals ever signed for a holder; no voucher may fall below them."""

answers = Table(
    "answers",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Wide, nullable=False, default=0),
    Column("elements", Wide, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("query_fees", BigInteger, nullable=False, default=0),
    Column("envelope", LargeBinary),
    Column("reply", LargeBinary),
    Column("receipt_digest", LargeBinary(32)),
    Column("disclosures", LargeBinary),
    *_order(),
    Index("ix_answers_requester_state", "requester", "state"),
)
"""Holder: each batch of another member, from its commitment to its receipt; the three blobs are sealed."""

accepted = Table(
    "accepted",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("queries", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
)
"""Holder: charges that a voucher covered, and by its case each hit that a dispute settled instead."""

vouchers = Table(
    "vouchers",
    metadata,
    Column("requester", BigInteger, primary_key=True, autoincrement=False),
    Column("queries", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("price_version", Wide, nullable=False),
    Column("key_version", Wide, nullable=False),
    Column("signature", LargeBinary(65), nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
"""Holder: the greatest voucher of each requester."""

ratings = Table(
    "ratings",
    metadata,
    Column("batch_id", LargeBinary(32), primary_key=True),
    Column("element", Wide, primary_key=True, autoincrement=False),
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    Column("category", Wide, primary_key=True, autoincrement=False),
    Column("verdict", String(16), nullable=False),
    Column("sent_in", String(200)),
    Column("confirmed", Wide, nullable=False, default=0),
)
"""Requester: verdicts on disclosed items; `sent_in` is the intent of the transaction that carries them,
`confirmed` is 1 once that is mined."""

pair_totals = Table(
    "pair_totals",
    metadata,
    Column("side", String(8), primary_key=True),
    Column("member", BigInteger, primary_key=True, autoincrement=False),
    Column("queries", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("price_version", BigInteger, nullable=False),
)
"""What all charges add up to, listed or forgotten: `given` to a holder, or `accepted` of a requester."""

lease = Table(
    "lease",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""Which daemon of the member leads, by the database's clock; `token` grows whenever it changes hands."""
