"""What can be wrong with what another member sent, or with the way to it.

Refused
├── WireRefused            bytes that are not a message of this version
│   ├── FrameRefused       length, size class, padding
│   ├── CborRefused        the content of a frame is not strict CBOR
│   ├── BodyRefused        the fields of a body
│   ├── StatementRefused   the fixed-width signed statement
│   └── MessageRefused     header, seal, signature
├── EndpointRefused        where a member says it can be reached
├── CallerRefused          who is connected
└── PeerRefused            the other side says no, with its own code
Transient
├── PeerUnreachable        no connection, broken off, too slow, answered 5xx
│   └── PeerCertificateWrong
└── PeerBusy               429 or 503, with the seconds to wait
"""

from oracle.domain.errors import Broken, Refused, Transient


class WireRefused(Refused):
    code = "wire_refused"


class FrameRefused(WireRefused):
    code = "frame_refused"


class FrameSizeUnknown(FrameRefused):
    code = "frame_size_unknown"


class FrameSizeWrong(FrameRefused):
    code = "frame_size_wrong"


class FrameLengthWrong(FrameRefused):
    code = "frame_length_wrong"


class FramePaddingNotZero(FrameRefused):
    code = "frame_padding_not_zero"


class FrameTooLarge(FrameRefused):
    code = "frame_too_large"


class CborRefused(WireRefused):
    code = "cbor_refused"


class CborMalformed(CborRefused):
    code = "cbor_malformed"


class CborTypeForbidden(CborRefused):
    code = "cbor_type_forbidden"


class CborIndefinite(CborRefused):
    code = "cbor_indefinite"


class CborKeyForbidden(CborRefused):
    code = "cbor_key_forbidden"


class CborTooDeep(CborRefused):
    code = "cbor_too_deep"


class CborTooMany(CborRefused):
    code = "cbor_too_many"


class CborTrailing(CborRefused):
    code = "cbor_trailing"


class CborNotCanonical(CborRefused):
    code = "cbor_not_canonical"


class BodyRefused(WireRefused):
    code = "body_refused"


class BodyFieldUnknown(BodyRefused):
    code = "body_field_unknown"


class BodyFieldMissing(BodyRefused):
    code = "body_field_missing"


class BodyFieldType(BodyRefused):
    code = "body_field_type"


class BodyFieldBounds(BodyRefused):
    code = "body_field_bounds"


class StatementRefused(WireRefused):
    code = "statement_refused"


class StatementLengthWrong(StatementRefused):
    code = "statement_length_wrong"


class StatementFieldWrong(StatementRefused):
    code = "statement_field_wrong"


class StatementNotBound(StatementRefused):
    code = "statement_not_bound"


class MessageRefused(WireRefused):
    code = "message_refused"


class MessageLengthWrong(MessageRefused):
    code = "message_length_wrong"


class MessageVersionUnknown(MessageRefused):
    code = "message_version_unknown"


class MessageTypeUnknown(MessageRefused):
    code = "message_type_unknown"


class MessageTypeUnexpected(MessageRefused):
    code = "message_type_unexpected"


class NotForThisMember(MessageRefused):
    code = "not_for_this_member"


class SealingKeyUnknown(MessageRefused):
    code = "sealing_key_unknown"


class SenderUnknown(MessageRefused):
    code = "sender_unknown"


class SenderKeyRetired(MessageRefused):
    """The sender's operator key was replaced, and its grace is over."""

    code = "sender_key_retired"


class SenderKeyNotSeenYet(Transient):
    """The sender's operator key is newer than what this member has read of the chain."""

    code = "sender_key_not_seen_yet"


class BodyDigestWrong(MessageRefused):
    code = "body_digest_wrong"


class HeaderSignatureWrong(MessageRefused):
    code = "header_signature_wrong"


class BatchUnexpected(MessageRefused):
    code = "batch_unexpected"


class NonceUnexpected(MessageRefused):
    """An answer that was given to another question, perhaps long ago."""

    code = "nonce_unexpected"


class EndpointRefused(Refused):
    code = "endpoint_refused"


class EndpointMalformed(EndpointRefused):
    code = "endpoint_malformed"


class EndpointForbidden(EndpointRefused):
    code = "endpoint_forbidden"


class CallerRefused(Refused):
    code = "caller_refused"


class CallerUnknown(CallerRefused):
    code = "caller_unknown"


class CallerNotSender(CallerRefused):
    code = "caller_not_sender"


class UnknownBatch(Refused):
    """No such batch for this caller; whether it exists for others is not said."""

    code = "unknown_batch"


class PeerUnknown(Refused):
    """The registry has no endpoint for this member."""

    code = "peer_unknown"


class PeerRefused(Refused):
    """The other member answered no, or not as agreed; `peer_code` is its reason, `status` its HTTP status."""

    code = "peer_refused"

    def __init__(self, message: str, *, peer_code: str, status: int) -> None:
        super().__init__(message)
        self.peer_code = peer_code
        self.status = status


class PeerUnreachable(Transient):
    code = "peer_unreachable"


class PeerCertificateWrong(PeerUnreachable):
    """Not the registered certificate: an impostor, or a rotation that one of us has not seen yet."""

    code = "peer_certificate_wrong"


class PeerBusy(Transient):
    """The other member is busy; `retry_after_s` is what it asked for, bounded, `peer_code` its reason."""

    code = "peer_busy"

    def __init__(self, message: str, *, retry_after_s: float, peer_code: str) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.peer_code = peer_code


class WireBroken(Broken):
    """We were about to send what no member could accept."""

    code = "wire_broken"
