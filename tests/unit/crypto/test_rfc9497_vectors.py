"""RFC 9497 Appendix A.1: every value of modes 0 and 1, the proofs byte for byte."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from oracle.crypto import dleq, group, voprf
from oracle.crypto.suite import OPRF, VOPRF, Suite

FILE = Path(__file__).parents[2] / "vectors" / "rfc9497-ristretto255-sha512.json"
SUITES = {0: OPRF, 1: VOPRF}


@dataclass(frozen=True, kw_only=True)
class Vector:
    suite: Suite
    secret: bytes
    public: bytes | None
    seed: bytes
    info: bytes
    inputs: list[bytes]
    blinds: list[bytes]
    blinded: list[bytes]
    evaluated: list[bytes]
    outputs: list[bytes]
    proof: bytes
    nonce: bytes


def split(text: str) -> list[bytes]:
    return [bytes.fromhex(part) for part in text.split(",")]


def vectors(mode: int) -> list[Vector]:
    (group_of_vectors,) = [entry for entry in json.loads(FILE.read_text()) if entry["mode"] == mode]
    return [
        Vector(
            suite=SUITES[mode],
            secret=bytes.fromhex(group_of_vectors["skSm"]),
            public=bytes.fromhex(group_of_vectors["pkSm"]) if mode else None,
            seed=bytes.fromhex(group_of_vectors["seed"]),
            info=bytes.fromhex(group_of_vectors["keyInfo"]),
            inputs=split(vector["Input"]),
            blinds=split(vector["Blind"]),
            blinded=split(vector["BlindedElement"]),
            evaluated=split(vector["EvaluationElement"]),
            outputs=split(vector["Output"]),
            proof=bytes.fromhex(vector["Proof"]["proof"]) if mode else b"",
            nonce=bytes.fromhex(vector["Proof"]["r"]) if mode else b"",
        )
        for vector in group_of_vectors["vectors"]
    ]


ALL = vectors(0) + vectors(1)


def test_vectors__of_both_modes__are_all_there() -> None:
    assert [len(vector.inputs) for vector in vectors(0)] == [1, 1]
    assert [len(vector.inputs) for vector in vectors(1)] == [1, 1, 2]


@pytest.mark.parametrize("vector", ALL)
def test_derive_key_pair__rfc_seed__gives_rfc_key(vector: Vector) -> None:
    pair = voprf.derive_key_pair(vector.seed, vector.info, suite=vector.suite)
    assert pair.secret == vector.secret
    assert vector.public in (None, pair.public)
    assert voprf.public_key(pair.secret) == pair.public


@pytest.mark.parametrize("vector", ALL)
def test_blind__rfc_scalar__gives_rfc_element(vector: Vector) -> None:
    for message, scalar, element in zip(vector.inputs, vector.blinds, vector.blinded, strict=True):
        assert voprf.blind(message, scalar=scalar, suite=vector.suite).element == element


@pytest.mark.parametrize("vector", ALL)
def test_multiply__rfc_key__gives_rfc_evaluation(vector: Vector) -> None:
    secret = group.decode_scalar(vector.secret)
    for element, evaluated in zip(vector.blinded, vector.evaluated, strict=True):
        assert group.multiply(secret, group.decode_point(element)) == evaluated


@pytest.mark.parametrize("vector", ALL)
def test_finalize__rfc_evaluation__gives_rfc_output(vector: Vector) -> None:
    assert voprf.finalize_batch(vector.inputs, vector.blinds, vector.evaluated) == vector.outputs
    for message, scalar, evaluated, output in zip(
        vector.inputs, vector.blinds, vector.evaluated, vector.outputs, strict=True
    ):
        assert voprf.finalize(message, scalar, evaluated) == output


@pytest.mark.parametrize("vector", ALL)
def test_evaluate_own__rfc_inputs__gives_rfc_outputs(vector: Vector) -> None:
    assert voprf.evaluate_own_batch(vector.secret, vector.inputs, suite=vector.suite) == vector.outputs


@pytest.mark.parametrize("vector", vectors(1))
def test_evaluate_batch__rfc_nonce__gives_rfc_proof_byte_for_byte(vector: Vector) -> None:
    evaluation = voprf.evaluate_batch(vector.secret, vector.blinded, proof_scalar=vector.nonce)
    assert list(evaluation.elements) == vector.evaluated
    assert evaluation.proof == vector.proof


@pytest.mark.parametrize("vector", vectors(1))
def test_verify_batch__rfc_proof__is_accepted(vector: Vector) -> None:
    assert vector.public is not None
    voprf.verify_batch(vector.public, vector.blinded, vector.evaluated, vector.proof)


def test_prove__same_batch_in_mode_0_context__gives_another_proof() -> None:
    vector = vectors(1)[0]
    points = [group.decode_point(element) for element in vector.blinded]
    images = [group.decode_point(element) for element in vector.evaluated]
    secret, nonce = group.decode_scalar(vector.secret), group.decode_scalar(vector.nonce)
    assert dleq.prove(VOPRF, secret, points, images, nonce) == vector.proof
    assert dleq.prove(OPRF, secret, points, images, nonce) != vector.proof
