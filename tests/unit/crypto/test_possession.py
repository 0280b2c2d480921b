import pytest

from oracle.crypto import group, possession, voprf
from oracle.crypto.errors import (
    PointIsIdentity,
    PointNotCanonical,
    PossessionInvalid,
    ScalarIsZero,
    WrongLength,
)

SECRET = voprf.generate_key()
PUBLIC = voprf.public_key(SECRET)
CONTEXT = b"chain 1, registry 2, account 3"
PROOF = possession.prove_possession(SECRET, CONTEXT)


def test_possession__of_the_owner__is_accepted() -> None:
    assert len(PROOF) == 96
    possession.verify_possession(PUBLIC, CONTEXT, PROOF)


def test_possession__for_another_context__is_refused() -> None:
    with pytest.raises(PossessionInvalid):
        possession.verify_possession(PUBLIC, CONTEXT + b"!", PROOF)


def test_possession__of_another_key__is_refused() -> None:
    with pytest.raises(PossessionInvalid):
        possession.verify_possession(voprf.public_key(voprf.generate_key()), CONTEXT, PROOF)


def test_possession__of_a_key_related_to_anothers__is_not_derivable_from_its_proof() -> None:
    # A copycat registers k + 1, for which it can compute a public key and Z without knowing k.
    generator = group.multiply_base(group.decode_scalar((1).to_bytes(32, "little")))
    copied = group.add(group.decode_point(PUBLIC), generator)
    base = group.decode_point(voprf.hash_to_group(b"riskmesh/1/oprf-possession" + CONTEXT))
    image = group.add(group.decode_point(PROOF[:32]), base)
    with pytest.raises(PossessionInvalid):
        possession.verify_possession(copied, CONTEXT, image + PROOF[32:])


def test_possession__made_of_an_evaluation_that_the_holder_served__is_refused() -> None:
    # Any member may have a holder evaluate any point with a proof: also the one of a registration.
    base = voprf.hash_to_group(b"riskmesh/1/oprf-possession" + CONTEXT)
    served = voprf.evaluate_batch(SECRET, [base])
    voprf.verify_batch(PUBLIC, [base], served.elements, served.proof)
    assert served.elements[0] == PROOF[:32]
    with pytest.raises(PossessionInvalid):
        possession.verify_possession(PUBLIC, CONTEXT, served.elements[0] + served.proof)


@pytest.mark.parametrize("size", [0, 95, 97])
def test_possession__of_wrong_length__is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        possession.verify_possession(PUBLIC, CONTEXT, (PROOF + PROOF)[:size])


def test_possession__with_malformed_parts__is_refused_by_name() -> None:
    with pytest.raises(PointIsIdentity):
        possession.verify_possession(PUBLIC, CONTEXT, bytes(32) + PROOF[32:])
    with pytest.raises(PointNotCanonical):
        possession.verify_possession(PUBLIC, CONTEXT, b"\xff" * 32 + PROOF[32:])
    with pytest.raises(ScalarIsZero):
        possession.verify_possession(PUBLIC, CONTEXT, PROOF[:32] + bytes(32) + PROOF[64:])
    with pytest.raises(PointIsIdentity):
        possession.verify_possession(bytes(32), CONTEXT, PROOF)
