"""No object that holds a key shows it, and none of the long-lived ones can be serialised."""

import copy
import pickle
import secrets
from pathlib import Path

import pytest

from oracle.crypto import tls, voprf
from oracle.crypto.keyring import open_keyring
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.storage import StorageCipher
from oracle.crypto.tls import TlsIdentity

SECRET = secrets.token_bytes(31) + b"\x01"
IDENTITY = TlsIdentity(certificate=tls.create_certificate(SECRET, "Bank A"), secret=SECRET)
SCALAR = voprf.generate_key()
LASTING = [Signer(SECRET), SealingKey(SECRET), StorageCipher(SECRET, "journal"), IDENTITY]
PASSING = [
    voprf.KeyPair(secret=SECRET, public=bytes(32)),
    voprf.Blinded(element=bytes(32), scalar=SECRET),
]


def traces(secret: bytes) -> list[str]:
    """The ways in which a secret would show: hexadecimal, a bytes literal, an integer either way round."""
    return [
        secret.hex(),
        repr(secret)[2:-1],
        str(int.from_bytes(secret, "big")),
        str(int.from_bytes(secret, "little")),
    ]


@pytest.mark.parametrize("holder", [*LASTING, *PASSING], ids=lambda holder: type(holder).__name__)
def test_repr__of_what_holds_a_secret__shows_nothing_of_it(holder: object) -> None:
    for text in (repr(holder), str(holder), f"{holder}", repr([holder])):
        assert not any(trace in text for trace in traces(SECRET))


@pytest.mark.parametrize("holder", LASTING, ids=lambda holder: type(holder).__name__)
def test_pickle__of_what_keeps_a_secret__is_refused(holder: object) -> None:
    for serialise in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not serialised"):
            serialise(holder)


def test_keyring__shown_or_pickled__gives_nothing(folder: Path) -> None:
    keyring = open_keyring(folder, "correct horse")
    shown = repr(keyring) + str(keyring) + repr(keyring.tls_identity) + repr(keyring.operator())
    assert not any(trace in shown for trace in traces(keyring.oprf_secret_for_workers()))
    assert not any(trace in shown for trace in traces(keyring.tls_identity.secret))
    assert repr(keyring) == "Keyring()"
    with pytest.raises(TypeError, match="not serialised"):
        pickle.dumps(keyring)
