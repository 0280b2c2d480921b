"""Whole sealed messages: signed by the sender's operator key, sealed to one recipient, bound to one batch.

On the wire: header (90 bytes, clear) || HPKE(header signature || uint16 n || statement (n) || frame), with
the header's EIP-712 digest in the HPKE info, so that nothing of one message opens under another's header.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from oracle.crypto.errors import SignatureRefused
from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import seal
from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain, digest
from oracle.domain.ids import Address, BatchId, KeyVersion, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.peer.binding import require_bound
from oracle.peer.errors import (
    BodyDigestWrong,
    HeaderSignatureWrong,
    NotForThisMember,
    SealingKeyUnknown,
    SenderKeyNotSeenYet,
    SenderKeyRetired,
    SenderUnknown,
    StatementLengthWrong,
    WireBroken,
    WireRefused,
)
from oracle.peer.headers import (
    HEADER_SIZE,
    STATEMENT_LENGTH_SIZE,
    STATEMENT_SIZES,
    VERSION,
    pack_header,
    parse_header,
)
from oracle.peer.statements import SIGNATURE_SIZE

INFO_PREFIX: Final = b"riskmesh/1/seal"
FIRST_VERSION: Final = KeyVersion(1)


class Signer(Protocol):
    """This member's operator key."""

    def sign(self, digest: bytes) -> bytes: ...


class Opener(Protocol):
    """This member's sealing keys."""

    @property
    def member(self) -> MemberId: ...

    def has_sealing_key(self, version: KeyVersion) -> bool:
        """Whether a message sealed to that version is opened: the key is here and current or in its grace."""
        ...

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        """The plaintext; raises `oracle.crypto.errors.SealBroken`."""


class Directory(Protocol):
    """What the registry says of members and their keys, by version; None for what it does not know."""

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None: ...

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        """Whether that version is the current one or within its grace: only then it signs new messages."""
        ...

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """From whom to whom, under which versions of their keys, about which batch."""

    batch_id: BatchId
    """Zeros in a voucher state request and its answer."""
    sender: MemberId
    sender_key_version: KeyVersion
    recipient: MemberId
    recipient_key_version: KeyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMessage:
    """A message that is whole, for this member, and signed by `sender`."""

    header: Header
    statement: bytes = field(repr=False)
    """Fixed-width statement with its own signature, which the caller verifies against `operator`."""
    frame: bytes = field(repr=False)
    sender: MemberId
    operator: Address
    """The sender's operator account of the key version that signed the header."""
    signature: bytes = field(repr=False)
    """Of the header by that account, which binds the frame by its digest."""


def seal_message(
    kind: MessageType,
    route: Route,
    *,
    statement: bytes,
    frame: bytes,
    signer: Signer,
    recipient_sealing_key: bytes,
    domain: Domain,
    version: int = VERSION,
) -> bytes:
    """The bytes to send; a statement that contradicts the header is our own bug."""
    header = Header(
        version=version,
        type=kind,
        batch_id=route.batch_id,
        sender=route.sender,
        recipient=route.recipient,
        sender_key_version=route.sender_key_version,
        recipient_key_version=route.recipient_key_version,
        body_digest=keccak256(frame),
    )
    header_digest = digest(domain, header)
    plaintext = b"".join(
        (signer.sign(header_digest), len(statement).to_bytes(STATEMENT_LENGTH_SIZE), statement, frame)
    )
    sealed = seal(recipient_sealing_key, plaintext, INFO_PREFIX + header_digest)
    message = pack_header(header) + sealed
    if len(statement) != STATEMENT_SIZES[kind]:
        raise WireBroken("a message of ours has a statement of another length than its type")
    try:
        parse_header(message)
    except WireRefused as error:
        raise WireBroken("a message of ours has a header or a size that no member accepts") from error
    return message


def open_message(raw: bytes, opener: Opener, directory: Directory, domain: Domain) -> OpenedMessage:
    """Checks in this order: length, version, type, recipient, key, sender, seal, body, signature, statement.

    A statement's own signature is not checked here: it is evidence and judged by the rules.
    """
    header = parse_header(raw)
    operator = require_openable(header, opener, directory)
    header_digest = digest(domain, header)
    plaintext = opener.open_sealed(
        header.recipient_key_version, raw[HEADER_SIZE:], INFO_PREFIX + header_digest
    )
    signature, statement, frame = _split(plaintext, STATEMENT_SIZES[header.type])
    if keccak256(frame) != header.body_digest:
        raise BodyDigestWrong("the frame inside is not the one that the header names")
    _require_signed(header_digest, signature, operator)
    require_bound(header, statement, domain)
    return OpenedMessage(
        header=header,
        statement=statement,
        frame=frame,
        sender=header.sender,
        operator=operator,
        signature=signature,
    )


def require_openable(header: Header, opener: Opener, directory: Directory) -> Address:
    """The sender's operator account, if the message is for us and both keys that it names count."""
    if header.recipient != opener.member:
        raise NotForThisMember(f"the message is for member {header.recipient}, not {opener.member}")
    if not opener.has_sealing_key(header.recipient_key_version):
        raise SealingKeyUnknown(
            f"sealed to version {header.recipient_key_version} of our key, not here or past its grace"
        )
    return _operator_now(header, directory)


def _operator_now(header: Header, directory: Directory) -> Address:
    """The sender's operator key of the version it names, if that may sign new messages now."""
    sender, version = header.sender, header.sender_key_version
    operator = directory.operator_address(sender, version)
    if operator is None:
        before = KeyVersion(version - 1)
        if before >= FIRST_VERSION and directory.operator_address(sender, before) is not None:
            # The sender may have read its rotation before us.
            raise SenderKeyNotSeenYet(
                f"version {version} of the operator key of member {sender} is not read yet; try again shortly"
            )
        raise SenderUnknown(f"member {sender} has no operator key of version {version}")
    if not directory.operator_counts(sender, version):
        raise SenderKeyRetired(
            f"version {version} of the operator key of member {sender} was replaced and its grace is over"
        )
    return operator


def _split(plaintext: bytes, statement_size: int) -> tuple[bytes, bytes, bytes]:
    start = SIGNATURE_SIZE + STATEMENT_LENGTH_SIZE
    stated = int.from_bytes(plaintext[SIGNATURE_SIZE:start])
    if len(plaintext) < start + statement_size or stated != statement_size:
        raise StatementLengthWrong(f"a message of this type has a statement of {statement_size} bytes")
    end = start + statement_size
    return plaintext[:SIGNATURE_SIZE], plaintext[start:end], plaintext[end:]


def _require_signed(header_digest: bytes, signature: bytes, operator: Address) -> None:
    try:
        signed_by = recover(header_digest, signature)
    except SignatureRefused as error:
        raise HeaderSignatureWrong("the header's signature is not one") from error
    if signed_by != operator:
        raise HeaderSignatureWrong("the header is signed by another key than the sender's operator key")
