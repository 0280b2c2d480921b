from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.crypto import voprf
from oracle.crypto.errors import ProofInvalid

ORDER = 2**252 + 27742317777372353535851937790883648493
KEYS = st.integers(1, ORDER - 1).map(lambda value: value.to_bytes(32, "little"))
MESSAGES = st.lists(st.binary(max_size=80), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(key=KEYS, messages=MESSAGES)
def test_voprf__any_batch__requester_and_holder_get_the_same_outputs(
    key: bytes, messages: list[bytes]
) -> None:
    blinded = [voprf.blind(message) for message in messages]
    elements = [value.element for value in blinded]
    answer = voprf.evaluate_batch(key, elements)
    voprf.verify_batch(voprf.public_key(key), elements, answer.elements, answer.proof)
    outputs = voprf.finalize_batch(messages, [value.scalar for value in blinded], answer.elements)
    assert outputs == voprf.evaluate_own_batch(key, messages)
    assert all(
        voprf.reblind_check(message, value.scalar, value.element)
        for message, value in zip(messages, blinded, strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(key=KEYS, messages=MESSAGES, data=st.data())
def test_voprf__any_answer_replaced__is_not_proven(
    key: bytes, messages: list[bytes], data: st.DataObject
) -> None:
    elements = [voprf.blind(message).element for message in messages]
    answer = voprf.evaluate_batch(key, elements)
    index = data.draw(st.integers(0, len(elements) - 1))
    forged = list(answer.elements)
    forged[index] = voprf.blind(b"something else").element
    try:
        voprf.verify_batch(voprf.public_key(key), elements, forged, answer.proof)
    except ProofInvalid:
        return
    raise AssertionError("a forged answer was accepted")
