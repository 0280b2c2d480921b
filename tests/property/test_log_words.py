"""Words of logs read by hand: the same values and refusals as a general decoder that encodes again."""

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from oracle.chain.errors import LogRefused
from oracle.chain.quantities import checksummed
from oracle.chain.words import word_reader

TYPES = ("uint8", "uint16", "uint32", "uint48", "uint64", "uint256", "bytes4", "bytes32", "address", "bool")
WORDS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**256 - 1).map(lambda value: value.to_bytes(32)),
    st.integers(0, 300).map(lambda value: value.to_bytes(32)),
    st.integers(0, 2**64).map(lambda value: value.to_bytes(32)),
    st.binary(min_size=20, max_size=20).map(lambda value: bytes(12) + value),
    st.binary(min_size=4, max_size=4).map(lambda value: value + bytes(28)),
)


def _generally(abi_type: str, word: bytes) -> object:
    """None for what is refused."""
    try:
        (value,) = decode([abi_type], word)
    except DecodingError:
        return None
    if encode([abi_type], [value]) != word:
        return None
    return checksummed(bytes.fromhex(value[2:])) if abi_type == "address" else value


@given(abi_type=st.sampled_from(TYPES), word=WORDS)
def test_word__of_any_type_and_content__is_read_or_refused_as_by_the_general_decoder(
    abi_type: str, word: bytes
) -> None:
    read = word_reader(abi_type)
    assert read is not None
    expected = _generally(abi_type, word)

    try:
        found = read(word)
    except LogRefused:
        found = None

    assert found == expected


@pytest.mark.parametrize("abi_type", ["string", "bytes", "uint256[]", "(uint8,bool)", "int256"])
def test_word__of_a_type_of_another_size__is_left_to_the_general_decoder(abi_type: str) -> None:
    assert word_reader(abi_type) is None
