"""Whether a holder proved that it knows its OPRF key: the chain cannot check it, every requester does."""

from functools import lru_cache

from oracle.asking.rejection import ReplyKeyUnproven
from oracle.chain.applications import possession_context
from oracle.chain.books.members import OprfKey
from oracle.crypto.possession import verify_possession
from oracle.domain.errors import Refused
from oracle.domain.ids import Address

KEPT = 1_024
"""Proven keys that are remembered; a consortium has a few for each member."""


def proven(key: OprfKey) -> bytes:
    """The public key. Raises `ReplyKeyUnproven`: such a key could be another member's, turned about."""
    try:
        _verify(key.key, key.governance, key.possession)
    except Refused as error:
        raise ReplyKeyUnproven(
            "The holder registered its OPRF key without a valid proof of possession."
        ) from error
    return key.key


@lru_cache(maxsize=KEPT)
def _verify(key: bytes, governance: Address, possession: bytes) -> None:
    verify_possession(key, possession_context(governance), possession)
