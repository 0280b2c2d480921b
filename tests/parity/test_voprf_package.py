"""The independent witness: the PyPI package `voprf` (Rust) proves to us and we prove to it (mode 1).

It writes an answer as `proof || elements`.
"""

import pytest
from voprf import ristretto

from oracle.crypto import voprf
from oracle.crypto.errors import ProofInvalid

SEED, INFO = bytes(range(32)), b"riskmesh"
WITNESS = ristretto.Evaluator.from_seed(SEED, INFO)
KEYS = voprf.derive_key_pair(SEED, INFO)
SIZES = [1, 2, 17]


def messages(count: int) -> list[bytes]:
    return [b"subject %d" % n for n in range(count)]


def test_derive_key_pair__same_seed__is_the_witnesss_key() -> None:
    assert WITNESS.public_key.serialize() == KEYS.public


@pytest.mark.parametrize("size", SIZES)
def test_evaluate_batch__blinded_by_the_witness__is_verified_and_finalized_by_it(size: int) -> None:
    clients = [ristretto.Client.blind(message) for message in messages(size)]
    answer = voprf.evaluate_batch(KEYS.secret, [blinded.serialize() for _, blinded in clients])
    output = ristretto.VerifiableBatchOutput.deserialize(answer.proof + b"".join(answer.elements))
    finalized = ristretto.Client.finalize_batch([client for client, _ in clients], output, WITNESS.public_key)
    assert finalized == voprf.evaluate_own_batch(KEYS.secret, messages(size))


@pytest.mark.parametrize("size", SIZES)
def test_verify_batch__evaluated_by_the_witness__is_accepted_and_finalized(size: int) -> None:
    blinded = [voprf.blind(message) for message in messages(size)]
    elements = [value.element for value in blinded]
    written = WITNESS.evaluate_batch(
        [ristretto.BlindedInput.deserialize(element) for element in elements]
    ).serialize()
    proof, evaluated = written[:64], [written[at : at + 32] for at in range(64, len(written), 32)]
    voprf.verify_batch(KEYS.public, elements, evaluated, proof)
    assert voprf.finalize_batch(messages(size), [value.scalar for value in blinded], evaluated) == [
        WITNESS.evaluate_known_input(message) for message in messages(size)
    ]


def test_verify_batch__evaluated_by_the_witness_with_another_key__is_refused() -> None:
    element = voprf.blind(b"subject").element
    other = ristretto.Evaluator.from_seed(SEED, b"another")
    written = other.evaluate(ristretto.BlindedInput.deserialize(element)).serialize()
    with pytest.raises(ProofInvalid):
        voprf.verify_batch(KEYS.public, [element], [written[64:]], written[:64])


def test_finalize__our_answer_with_a_wrong_proof__is_refused_by_the_witness() -> None:
    client, blinded = ristretto.Client.blind(b"subject")
    answer = voprf.evaluate_batch(KEYS.secret, [blinded.serialize()])
    foreign = voprf.evaluate_batch(KEYS.secret, [voprf.blind(b"other").element])
    output = ristretto.VerifiableOutput.deserialize(foreign.proof + answer.elements[0])
    with pytest.raises(ValueError, match=r".*"):
        client.finalize(output, WITNESS.public_key)
