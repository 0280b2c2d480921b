"""What VOPRF refuses: each malformed value and each proof that does not hold, by its own error."""

from collections.abc import Callable

import pytest

from oracle.crypto import voprf
from oracle.crypto.errors import (
    BatchLengthsDiffer,
    BatchTooLong,
    EmptyBatch,
    InputTooLong,
    PointIsIdentity,
    PointNotCanonical,
    ProofInvalid,
    ScalarIsZero,
    ScalarNotCanonical,
    WrongLength,
)
from oracle.domain.errors import Refused

ORDER = 2**252 + 27742317777372353535851937790883648493
SECRET = (7).to_bytes(32, "little")
PUBLIC = voprf.public_key(SECRET)
MESSAGES = [b"one", b"two", b"three"]
BLINDED = [voprf.blind(message) for message in MESSAGES]
ELEMENTS = [blinded.element for blinded in BLINDED]
ANSWER = voprf.evaluate_batch(SECRET, ELEMENTS)
IDENTITY = bytes(32)
ZERO = bytes(32)

NOT_CANONICAL_POINTS = [
    bytes.fromhex(text)
    for text in (
        # RFC 9496 Appendix A.3: field elements not reduced, negative, and without a square root.
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    )
]
NOT_CANONICAL_SCALARS = [
    ORDER.to_bytes(32, "little"),
    (ORDER + 7).to_bytes(32, "little"),
    (2**255 + 7).to_bytes(32, "little"),
    b"\xff" * 32,
]

BAD_POINTS: list[tuple[bytes, type[Refused]]] = [
    (b"", WrongLength),
    (ELEMENTS[0][:31], WrongLength),
    (ELEMENTS[0] + b"\x00", WrongLength),
    (IDENTITY, PointIsIdentity),
    *((point, PointNotCanonical) for point in NOT_CANONICAL_POINTS),
]
BAD_SCALARS: list[tuple[bytes, type[Refused]]] = [
    (b"", WrongLength),
    (SECRET[:31], WrongLength),
    (SECRET + b"\x00", WrongLength),
    (ZERO, ScalarIsZero),
    *((scalar, ScalarNotCanonical) for scalar in NOT_CANONICAL_SCALARS),
]

TAKES_A_SCALAR: dict[str, Callable[[bytes], object]] = {
    "public_key": voprf.public_key,
    "blind": lambda scalar: voprf.blind(b"x", scalar=scalar),
    "reblind_check": lambda scalar: voprf.reblind_check(b"x", scalar, ELEMENTS[0]),
    "evaluate_batch": lambda scalar: voprf.evaluate_batch(scalar, ELEMENTS),
    "evaluate_batch_nonce": lambda scalar: voprf.evaluate_batch(SECRET, ELEMENTS, proof_scalar=scalar),
    "evaluate_own": lambda scalar: voprf.evaluate_own(scalar, b"x"),
    "finalize": lambda scalar: voprf.finalize(b"x", scalar, ANSWER.elements[0]),
    "challenge": lambda scalar: voprf.verify_batch(
        PUBLIC, ELEMENTS, ANSWER.elements, scalar + ANSWER.proof[32:]
    ),
    "response": lambda scalar: voprf.verify_batch(
        PUBLIC, ELEMENTS, ANSWER.elements, ANSWER.proof[:32] + scalar
    ),
}
TAKES_A_POINT: dict[str, Callable[[bytes], object]] = {
    "evaluate_batch": lambda point: voprf.evaluate_batch(SECRET, [ELEMENTS[0], point]),
    "verify_batch_key": lambda point: voprf.verify_batch(point, ELEMENTS, ANSWER.elements, ANSWER.proof),
    "verify_batch_blinded": lambda point: voprf.verify_batch(
        PUBLIC, [*ELEMENTS[:2], point], ANSWER.elements, ANSWER.proof
    ),
    "verify_batch_evaluated": lambda point: voprf.verify_batch(
        PUBLIC, ELEMENTS, [point, *ANSWER.elements[1:]], ANSWER.proof
    ),
    "finalize": lambda point: voprf.finalize(b"x", SECRET, point),
}


@pytest.mark.parametrize("function", TAKES_A_SCALAR)
@pytest.mark.parametrize(("scalar", "error"), BAD_SCALARS)
def test_scalar__malformed__is_refused_by_name(function: str, scalar: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        TAKES_A_SCALAR[function](scalar)


@pytest.mark.parametrize("function", TAKES_A_POINT)
@pytest.mark.parametrize(
    ("point", "error"),
    BAD_POINTS,
    ids=[f"{number}-{error.__name__}" for number, (_, error) in enumerate(BAD_POINTS)],
)
def test_point__malformed__is_refused_by_name(function: str, point: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        TAKES_A_POINT[function](point)


def test_verify_batch__honest_answer__is_accepted() -> None:
    voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements, ANSWER.proof)


@pytest.mark.parametrize("position", [0, 20, 32, 62])
def test_verify_batch__proof_with_one_bit_changed__is_refused(position: int) -> None:
    proof = bytearray(ANSWER.proof)
    proof[position] ^= 1
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements, bytes(proof))


def test_verify_batch__proof_of_another_batch__is_refused() -> None:
    other = voprf.evaluate_batch(SECRET, [voprf.blind(b"other").element] * 3)
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements, other.proof)


def test_verify_batch__evaluated_with_another_key__is_refused() -> None:
    other = voprf.evaluate_batch(voprf.generate_key(), ELEMENTS)
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS, other.elements, other.proof)


def test_verify_batch__one_element_evaluated_with_another_key__is_refused() -> None:
    other = voprf.evaluate_batch(voprf.generate_key(), ELEMENTS)
    mixed = [ANSWER.elements[0], other.elements[1], ANSWER.elements[2]]
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS, mixed, ANSWER.proof)


def test_verify_batch__answers_in_another_order__are_refused() -> None:
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements[::-1], ANSWER.proof)


def test_verify_batch__questions_and_answers_in_another_order__are_refused() -> None:
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(PUBLIC, ELEMENTS[::-1], ANSWER.elements[::-1], ANSWER.proof)


@pytest.mark.parametrize("size", [0, 63, 65, 96])
def test_verify_batch__proof_of_wrong_length__is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements, (ANSWER.proof * 2)[:size])


def test_verify_batch__fewer_answers_than_questions__are_refused() -> None:
    with pytest.raises(BatchLengthsDiffer):
        voprf.verify_batch(PUBLIC, ELEMENTS, ANSWER.elements[:2], ANSWER.proof)


def test_batch__without_elements__is_refused() -> None:
    with pytest.raises(EmptyBatch):
        voprf.evaluate_batch(SECRET, [])
    with pytest.raises(EmptyBatch):
        voprf.verify_batch(PUBLIC, [], [], ANSWER.proof)


def test_batch__longer_than_two_bytes_can_count__is_refused() -> None:
    with pytest.raises(BatchTooLong):
        voprf.verify_batch(PUBLIC, ELEMENTS[:1] * 65_536, ELEMENTS[:1] * 65_536, ANSWER.proof)
    with pytest.raises(BatchTooLong):
        voprf.evaluate_batch(SECRET, ELEMENTS[:1] * 65_536)


def test_finalize_batch__lists_of_different_length__are_refused() -> None:
    with pytest.raises(BatchLengthsDiffer):
        voprf.finalize_batch(MESSAGES, [SECRET], ANSWER.elements)


@pytest.mark.parametrize("function", [voprf.blind, lambda message: voprf.evaluate_own(SECRET, message)])
def test_input__longer_than_two_bytes_can_count__is_refused(
    function: Callable[[bytes], object],
) -> None:
    function(bytes(65_535))
    with pytest.raises(InputTooLong):
        function(bytes(65_536))


def test_reblind_check__right_opening__is_true() -> None:
    assert voprf.reblind_check(MESSAGES[0], BLINDED[0].scalar, ELEMENTS[0])


def test_reblind_check__other_subject_scalar_or_element__is_false() -> None:
    assert not voprf.reblind_check(MESSAGES[1], BLINDED[0].scalar, ELEMENTS[0])
    assert not voprf.reblind_check(MESSAGES[0], BLINDED[1].scalar, ELEMENTS[0])
    assert not voprf.reblind_check(MESSAGES[0], BLINDED[0].scalar, ELEMENTS[1])
    assert not voprf.reblind_check(MESSAGES[0], BLINDED[0].scalar, ELEMENTS[0][:31])


def test_blind__same_input_twice__never_gives_the_same_element() -> None:
    assert len({voprf.blind(b"same").element for _ in range(50)}) == 50


def test_evaluate_batch__twice__never_uses_the_same_nonce() -> None:
    assert len({voprf.evaluate_batch(SECRET, ELEMENTS).proof for _ in range(20)}) == 20
