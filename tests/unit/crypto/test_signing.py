import pytest

from oracle.crypto.errors import (
    ScalarRefused,
    SignatureMalformed,
    SignatureMalleable,
    SignatureUnrecoverable,
    WrongLength,
)
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import Signer, generate_signing_key, recover, sign

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SECRET = (1).to_bytes(32, "big")
SIGNER = Signer(SECRET)
DIGEST = keccak256(b"statement")
SIGNATURE = SIGNER.sign(DIGEST)
R, S, V = SIGNATURE[:32], SIGNATURE[32:64], SIGNATURE[64:]


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_keccak__of_nothing__is_the_known_value() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_address__of_secret_one__is_the_known_checksummed_one() -> None:
    assert SIGNER.address == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def test_sign__recovered__gives_the_signer() -> None:
    assert recover(DIGEST, SIGNATURE) == SIGNER.address
    assert sign(SECRET, DIGEST) == SIGNATURE
    assert V in (b"\x1b", b"\x1c")


def test_sign__many_digests__always_low_s() -> None:
    for n in range(50):
        assert int.from_bytes(SIGNER.sign(keccak256(bytes((n,))))[32:64], "big") <= ORDER // 2


def test_recover__another_digest__gives_another_account() -> None:
    assert recover(keccak256(b"other"), SIGNATURE) != SIGNER.address


def test_recover__the_other_form_of_a_signature__is_refused_as_malleable() -> None:
    flipped = R + number(ORDER - int.from_bytes(S, "big")) + bytes((27 + 28 - V[0],))
    with pytest.raises(SignatureMalleable):
        recover(DIGEST, flipped)


@pytest.mark.parametrize("size", [0, 64, 66])
def test_recover__signature_of_wrong_length__is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        recover(DIGEST, (SIGNATURE * 2)[:size])


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_recover__other_v__is_refused(v: int) -> None:
    with pytest.raises(SignatureMalformed):
        recover(DIGEST, R + S + bytes((v,)))


@pytest.mark.parametrize(("r", "s"), [(bytes(32), S), (R, bytes(32)), (number(ORDER), S), (R, number(ORDER))])
def test_recover__r_or_s_out_of_range__is_refused(r: bytes, s: bytes) -> None:
    with pytest.raises(SignatureMalformed):
        recover(DIGEST, r + s + V)


def test_recover__r_of_no_point__is_refused() -> None:
    # No point of secp256k1 has x = 5.
    with pytest.raises(SignatureUnrecoverable):
        recover(DIGEST, number(5) + S + V)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_digest__of_wrong_length__is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        recover(bytes(size), SIGNATURE)
    with pytest.raises(WrongLength):
        SIGNER.sign(bytes(size))


@pytest.mark.parametrize("value", [0, ORDER, 2**256 - 1])
def test_signer__secret_out_of_range__is_refused(value: int) -> None:
    with pytest.raises(ScalarRefused):
        Signer(number(value))


def test_signer__secret_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        Signer(SECRET[1:])


def test_generate_signing_key__twice__differs() -> None:
    assert generate_signing_key() != generate_signing_key()
