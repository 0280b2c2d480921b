"""The fields that a log event may carry, and what each may hold.

A list of what is allowed, not of what is forbidden: a field that nobody thought of is masked, so a mistake
costs a line of debugging and not a customer's number. Numbers are no exception, since a card is a number
and so is a prefix. Adding a field here is a decision: can it ever name a subject, or part of one?
"""

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from oracle.domain.errors import RiskmeshError

Shown: TypeAlias = str | int | float | bool | None
Rule: TypeAlias = Callable[[object], Shown]
"""What to show of a value; raises ValueError for one that does not belong into the field."""

DIGEST_SIZE = 32
MAX_REASON = 999


def number(value: object) -> Shown:
    """A count, an amount, a duration or the number of something of ours."""
    if isinstance(value, int | float):
        return value
    raise ValueError


def digest(value: object) -> Shown:
    """A public 32-byte identifier: bytes, or their hex."""
    if isinstance(value, bytes) and len(value) == DIGEST_SIZE:
        return "0x" + value.hex()
    return _matching(value, r"(?:0x)?[0-9a-f]{64}")


def address(value: object) -> Shown:
    """A member's or a contract's account. Never a subject of type `evm_address`."""
    return _matching(value, r"0x[0-9a-fA-F]{40}")


def word(value: object) -> Shown:
    """A code, a state, a name in the program: letters first, no dots, unlike any subject."""
    return _matching(value, r"[A-Za-z][A-Za-z_]*(?:_?[0-9]{1,3})?")


def reason(value: object) -> Shown:
    """A refusal's code, or its number in the published list."""
    if isinstance(value, int) and 0 <= value <= MAX_REASON:
        return value
    return word(value)


def intent(value: object) -> Shown:
    """What a transaction is for, as the journal names it: a word of ours first, then identifiers."""
    return _matching(value, r"[a-z][A-Za-z0-9_:/ -]{0,159}")


def token(value: object) -> Shown:
    """An identifier that we made up at random."""
    return _matching(value, r"[A-Za-z0-9_-]{1,64}")


def place(value: object) -> Shown:
    """Where a member or the daemon listens, without credentials, path or query."""
    return _matching(value, r"(?:https?://)?[A-Za-z0-9.\[\]:-]{1,255}")


def route(value: object) -> Shown:
    """The pattern of a path, never a path with its values."""
    return _matching(value, r"[A-Za-z0-9_/{}.-]{1,120}")


def own_error(value: object) -> Shown:
    """An exception, as one line: the text of ours, the type of a library's. Tracebacks go into `exc_info`."""
    if isinstance(value, RiskmeshError):
        return f"[{value.code}] {value}"
    return type(value).__qualname__ if isinstance(value, BaseException) else word(value)


def literal(value: object) -> Shown:
    """A message as it stands in a library's source, before values are put in: no digits, no dots."""
    return _matching(value, r"[A-Za-z %'\"(){}\[\]:,;_=<>!?/-]{1,200}")


def own_path(value: object) -> Shown:
    """A file of the daemon's own, as a Path: texts are refused, so that nothing gets here by accident."""
    if isinstance(value, Path):
        return str(value)
    raise ValueError


def prepared(value: object) -> Shown:
    """Text that this room made itself."""
    if isinstance(value, str):
        return value
    raise ValueError


def _matching(value: object, pattern: str) -> Shown:
    if isinstance(value, str) and not isinstance(value, Enum) and re.fullmatch(pattern, value):
        return value
    raise ValueError


FIELDS: dict[str, Rule] = {
    **dict.fromkeys(("timestamp", "level", "exception"), prepared),
    **dict.fromkeys(("member", "member_id", "requester", "holder", "sender", "recipient"), number),
    **dict.fromkeys(
        ("block", "from_block", "to_block", "back_to", "head", "cursor", "chain_id", "nonce", "gas_used"),
        number,
    ),
    **dict.fromkeys(
        ("sequence", "bits", "key_version", "version", "price_version", "epoch", "purpose"), number
    ),
    **dict.fromkeys(
        ("count", "queries", "hits", "misses", "elements", "records", "buckets", "members"), number
    ),
    **dict.fromkeys(
        ("amount", "paid", "balance", "line", "imported", "skipped", "removed", "batches"), number
    ),
    **dict.fromkeys(
        ("attempt", "failures", "depth", "status", "port", "pid", "worker", "workers", "pending", "waiting"),
        number,
    ),
    **dict.fromkeys(
        ("batch", "batch_id", "case_id", "block_hash", "genesis_hash", "root", "transaction", "code_hash"),
        digest,
    ),
    **dict.fromkeys(("operator", "governance", "auditor", "contract_address"), address),
    **dict.fromkeys(("code", "state", "outcome", "kind", "room", "task", "contract", "event_name"), word),
    **dict.fromkeys(("mode", "method", "message_type", "category", "step", "signal"), word),
    **dict.fromkeys(("query_id", "import_id", "proposal"), token),
    **dict.fromkeys(("endpoint", "listen", "node"), place),
    **dict.fromkeys(("route", "library"), route),
    "template": literal,
    "error": own_error,
    "reason": reason,
    "intent": intent,
    **dict.fromkeys(("folder", "file"), own_path),
}

UNITS = ("_s", "_ms", "_bytes", "_count", "_bps", "_wei")
"""A field that ends so is a number, whatever comes before."""


def rule_of(name: str) -> Rule | None:
    """The rule for a field of this name, or None when it has to be masked."""
    return FIELDS.get(name) or (number if name.endswith(UNITS) else None)
