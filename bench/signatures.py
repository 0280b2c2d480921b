"""EIP-712 statements against bare coincurve, and beside eth-account: `python bench/signatures.py`."""

from collections.abc import Sequence

from coincurve import PrivateKey, PublicKey
from eth_account import Account
from eth_account.messages import encode_typed_data
from measuring import rates, repeated
from rows import Benchmark, Row, per_second, show

from oracle.crypto.signing import Signer, recover
from oracle.crypto.typed_data import TYPE_STRINGS, digest, member_domain
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import Outcome, Receipt

TIMES, FEW = 1_000, 100
SECRET = bytes(range(1, 33))
REGISTRY = Address("0x" + "11" * 20)
RECEIPT = Receipt(
    batch_id=BatchId(bytes(32)), holder=MemberId(2), outcome=Outcome.ACCEPTED, reason=0, body_digest=bytes(32)
)
AS_DICT = {"batchId": bytes(32), "holder": 2, "outcome": 1, "reason": 0, "bodyDigest": bytes(32)}


def measure() -> Sequence[Row]:
    domain, signer, bare = member_domain(1, REGISTRY), Signer(SECRET), PrivateKey(SECRET)
    hashed = digest(domain, RECEIPT)
    signature = signer.sign(hashed)
    recoverable = bare.sign_recoverable(hashed, hasher=None)
    sign_limit, recover_limit, signs, recovers, other_signs, other_recovers = rates(
        repeated(lambda: bare.sign_recoverable(hashed, hasher=None), TIMES),
        repeated(lambda: PublicKey.from_signature_and_message(recoverable, hashed, hasher=None), TIMES),
        repeated(lambda: signer.sign(digest(domain, RECEIPT)), TIMES),
        repeated(lambda: recover(digest(domain, RECEIPT), signature), TIMES),
        repeated(lambda: Account.sign_message(_message(), SECRET), FEW),
        repeated(lambda: Account.recover_message(_message(), signature=signature), FEW),
    )
    sign_is, recover_is = "a recoverable signature of coincurve", "a recovery of coincurve"
    return [
        per_second("sign a statement", signs, sign_limit, sign_is),
        per_second("recover a statement's signer", recovers, recover_limit, recover_is),
        per_second("eth-account: sign", other_signs, sign_limit, sign_is),
        per_second("eth-account: recover", other_recovers, recover_limit, recover_is),
    ]


def _message() -> object:
    members = TYPE_STRINGS["Receipt"].removeprefix("Receipt(").removesuffix(")").split(",")
    fields = [dict(zip(("type", "name"), member.split(), strict=True)) for member in members]
    return encode_typed_data(
        {"name": "Riskmesh", "version": "1", "chainId": 1, "verifyingContract": REGISTRY},
        {"Receipt": fields},
        AS_DICT,
    )


BENCHMARK = Benchmark(title="Signatures, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
