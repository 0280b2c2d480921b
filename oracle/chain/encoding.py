"""Facts as bytes for the journal and back: JSON, because amounts reach 256 bits, with a version."""

from typing import Final, get_args

import msgspec

from oracle.chain.facts import FACTS_OF_CONTRACT, Fact
from oracle.domain.errors import Broken

VERSION: Final = 1

_KINDS: Final = {kind.__name__: kind for kinds in FACTS_OF_CONTRACT.values() for kind in kinds}
_encoder = msgspec.json.Encoder()
_envelope = msgspec.json.Decoder(tuple[int, str, msgspec.Raw])
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}

if set(get_args(Fact)) != set(_KINDS.values()):
    raise Broken("A fact belongs to no contract, or to two; see FACTS_OF_CONTRACT")


def encode_fact(fact: Fact) -> bytes:
    return _encoder.encode((VERSION, type(fact).__name__, fact))


def decode_fact(content: bytes) -> Fact:
    """Raises Broken when a journal row is damaged or written by an unknown version."""
    try:
        version, kind, body = _envelope.decode(content)
        decoder = _decoders.get(kind)
        if version != VERSION or decoder is None:
            raise Broken(f"The journal holds a fact '{kind}' of version {version}, which is unknown here")
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise Broken("The journal holds a fact that cannot be decoded") from error
