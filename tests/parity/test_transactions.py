"""Transactions signed with a key that only signs digests are eth-account's, byte for byte."""

from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.chain.digest_signing import DigestTransactionSigner
from oracle.chain.quantities import checksummed
from oracle.chain.signing import UnsignedTransaction
from oracle.crypto.signing import Signer

KEYS = st.integers(1, 2**255).map(lambda number: number.to_bytes(32))
RECIPIENTS = st.none() | st.binary(min_size=20, max_size=20).map(checksummed)


@settings(max_examples=150, deadline=None)
@given(
    key=KEYS,
    chain_id=st.integers(1, 2**40),
    nonce=st.integers(0, 2**40),
    gas=st.integers(0, 2**40),
    gas_price=st.integers(0, 2**70),
    to=RECIPIENTS,
    data=st.binary(max_size=200),
)
def test_signed_transaction__any_values__is_what_eth_account_makes(key: bytes, **values: object) -> None:
    signed = DigestTransactionSigner(Signer(key)).sign(UnsignedTransaction(**values))

    fields = {
        "chainId": values["chain_id"],
        "nonce": values["nonce"],
        "gas": values["gas"],
        "gasPrice": values["gas_price"],
        "value": 0,
        "data": values["data"],
    }
    if values["to"] is not None:
        fields["to"] = values["to"]
    expected = Account.from_key(key).sign_transaction(fields)
    assert signed.raw == bytes(expected.raw_transaction)
    assert signed.tx_hash == bytes(expected.hash)
    assert Account.recover_transaction(signed.raw) == Signer(key).address
