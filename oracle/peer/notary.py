"""Signs this member's statements and judges those of others against the key history of the registry."""

from typing import Protocol

from oracle.crypto.errors import SignatureRefused, WrongLength
from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain, Statement, digest
from oracle.domain.ids import Address, BatchId, KeyVersion, MemberId
from oracle.domain.messages import Request, Voucher


class OperatorHistory(Protocol):
    """Which operator key a member had under which version; history is never pruned."""

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None: ...


class Signer(Protocol):
    """This member's operator key of now."""

    def sign(self, digest: bytes) -> bytes: ...


class Witness:
    """Says who signed; needs no key.

    One domain for messages between members, another for vouchers, as the contracts expect them.
    """

    def __init__(self, *, messages: Domain, vouchers: Domain, operators: OperatorHistory) -> None:
        self._messages = messages
        self._vouchers = vouchers
        self._operators = operators

    def digest(self, statement: Statement) -> bytes:
        """What a signature of this statement is over."""
        return digest(self._domain(statement), statement)

    def batch_id(self, request: Request) -> BatchId:
        return BatchId(digest(self._messages, request))

    def signed_by(
        self, statement: Statement, signature: bytes, member: MemberId, version: KeyVersion
    ) -> bool:
        """Whether this operator key of this member signed exactly this statement."""
        address = self._operators.operator_address(member, version)
        try:
            return (
                address is not None
                and recover(digest(self._domain(statement), statement), signature) == address
            )
        except (SignatureRefused, WrongLength):
            return False

    def signed_since(
        self, statement: Statement, signature: bytes, member: MemberId, version: KeyVersion
    ) -> bool:
        """Whether this version of the member's operator key signed it, or one that came after it."""
        while self._operators.operator_address(member, version) is not None:
            if self.signed_by(statement, signature, member, version):
                return True
            version = KeyVersion(version + 1)
        return False

    def _domain(self, statement: Statement) -> Domain:
        return self._vouchers if isinstance(statement, Voucher) else self._messages


class Notary(Witness):
    """A witness that signs for this member, too."""

    def __init__(
        self, *, signer: Signer, messages: Domain, vouchers: Domain, operators: OperatorHistory
    ) -> None:
        super().__init__(messages=messages, vouchers=vouchers, operators=operators)
        self._signer = signer

    def sign(self, statement: Statement) -> bytes:
        """65 bytes `r || s || v` over the statement's EIP-712 digest."""
        return self._signer.sign(digest(self._domain(statement), statement))
