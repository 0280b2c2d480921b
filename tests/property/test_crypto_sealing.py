import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.crypto.errors import SealBroken
from oracle.crypto.sealing import SealingKey, seal

SECRETS = st.binary(min_size=32, max_size=32)


@settings(deadline=None)
@given(secret=SECRETS, plaintext=st.binary(max_size=300), info=st.binary(max_size=80))
def test_seal__any_message__opens_for_its_key_and_context(
    secret: bytes, plaintext: bytes, info: bytes
) -> None:
    key = SealingKey(secret)
    assert key.open(seal(key.public, plaintext, info), info) == plaintext


@settings(deadline=None)
@given(secret=SECRETS, sealed=st.binary(max_size=200), info=st.binary(max_size=80))
def test_open__any_bytes__are_refused_by_name(secret: bytes, sealed: bytes, info: bytes) -> None:
    with pytest.raises(SealBroken):
        SealingKey(secret).open(sealed, info)
