"""The identity of a node of the chain among nodes: devp2p names it by its public key."""

from coincurve import PrivateKey

from oracle.crypto.errors import require_length


def node_id(secret: bytes) -> str:
    """The 128 hexadecimal digits that stand in an `enode://` address: the point without its prefix byte."""
    require_length("node key", secret, 32)
    return PrivateKey(secret).public_key.format(compressed=False)[1:].hex()
