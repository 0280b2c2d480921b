"""What the cryptographic layer refuses, each with a name of its own.

    Refused
    └── CryptoError
        ├── WrongLength          a value has not the size its format fixes
        ├── InputTooLong         an OPRF input over 65,535 bytes
        ├── PointRefused
        │   ├── PointNotCanonical    32 bytes that are not the encoding of a ristretto255 element
        │   └── PointIsIdentity      the neutral element, which would erase the key or the subject
        ├── ScalarRefused
        │   ├── ScalarNotCanonical   not below the group order
        │   └── ScalarIsZero
        ├── BatchRefused
        │   ├── EmptyBatch
        │   ├── BatchTooLong         over 65,535 elements
        │   └── BatchLengthsDiffer   not as many answers as questions
        ├── ProofInvalid         the DLEQ proof does not hold: wrong proof, batch, order or key
        ├── PossessionInvalid    whoever publishes an OPRF key does not show to know its secret
        ├── SealRefused
        │   ├── SealBroken           sealed for another key or context, altered, or cut short
        │   └── SealingKeyInvalid    a public key to which nothing can be sealed
        ├── SignatureRefused
        │   ├── SignatureMalformed   v is neither 27 nor 28, or r or s out of range
        │   ├── SignatureMalleable   s in the upper half of the order (EIP-2)
        │   └── SignatureUnrecoverable
        ├── CertificateRefused   not a certificate that can be pinned
        ├── KeyVersionUnknown    made with a key version that the key folder does not hold
        ├── FieldOutOfRange      a value that does not fit its EIP-712 type
        └── PathRefused
            ├── SubtreeOutOfRange    prefix, depth or bits that no tree of this shape has
            ├── LeafCountWrong
            ├── SiblingCountWrong
            ├── TagsNotAscending     tags out of order or repeated
            └── RootMismatch
    Misconfigured
    ├── LibsodiumMissing
    ├── KeyFileMissing · KeyFileExists · KeyFileExposed · KeyFileDamaged
    ├── ArchiveForeign · ArchiveNotOpened · ArchiveDamaged
    └── PassphraseWrong
    Broken
    └── StoredValueDamaged   a value of our own store does not decrypt in its place

No message holds a secret, a subject or any byte of the value that was refused.
"""

from typing import ClassVar

from oracle.domain.errors import Broken, Misconfigured, Refused


class CryptoError(Refused):
    """A value that the cryptographic layer does not accept from anyone."""


class WrongLength(CryptoError):
    code: ClassVar[str] = "wrong_length"


class InputTooLong(CryptoError):
    code: ClassVar[str] = "input_too_long"


class PointRefused(CryptoError):
    """Not an element that may take part in the protocol."""


class PointNotCanonical(PointRefused):
    code: ClassVar[str] = "point_not_canonical"


class PointIsIdentity(PointRefused):
    code: ClassVar[str] = "point_is_identity"


class ScalarRefused(CryptoError):
    """Not a scalar that may take part in the protocol."""


class ScalarNotCanonical(ScalarRefused):
    code: ClassVar[str] = "scalar_not_canonical"


class ScalarIsZero(ScalarRefused):
    code: ClassVar[str] = "scalar_is_zero"


class BatchRefused(CryptoError):
    """The elements do not make a batch."""


class EmptyBatch(BatchRefused):
    code: ClassVar[str] = "empty_batch"


class BatchTooLong(BatchRefused):
    code: ClassVar[str] = "batch_too_long"


class BatchLengthsDiffer(BatchRefused):
    code: ClassVar[str] = "batch_lengths_differ"


class ProofInvalid(CryptoError):
    code: ClassVar[str] = "proof_invalid"


class PossessionInvalid(CryptoError):
    code: ClassVar[str] = "possession_invalid"


class SealRefused(CryptoError):
    """A sealed message cannot be made or opened."""


class SealBroken(SealRefused):
    code: ClassVar[str] = "seal_broken"


class SealingKeyInvalid(SealRefused):
    code: ClassVar[str] = "sealing_key_invalid"


class SignatureRefused(CryptoError):
    """Not a signature that this protocol accepts."""


class SignatureMalformed(SignatureRefused):
    code: ClassVar[str] = "signature_malformed"


class SignatureMalleable(SignatureRefused):
    code: ClassVar[str] = "signature_malleable"


class SignatureUnrecoverable(SignatureRefused):
    code: ClassVar[str] = "signature_unrecoverable"


class FieldOutOfRange(CryptoError):
    code: ClassVar[str] = "field_out_of_range"


class CertificateRefused(CryptoError):
    code: ClassVar[str] = "certificate_refused"


class KeyVersionUnknown(CryptoError):
    code: ClassVar[str] = "key_version_unknown"


class PathRefused(CryptoError):
    """A cut that does not lead to the committed root."""


class SubtreeOutOfRange(PathRefused):
    code: ClassVar[str] = "subtree_out_of_range"


class LeafCountWrong(PathRefused):
    code: ClassVar[str] = "leaf_count_wrong"


class SiblingCountWrong(PathRefused):
    code: ClassVar[str] = "sibling_count_wrong"


class TagsNotAscending(PathRefused):
    code: ClassVar[str] = "tags_not_ascending"


class RootMismatch(PathRefused):
    code: ClassVar[str] = "root_mismatch"


class LibsodiumMissing(Misconfigured):
    code: ClassVar[str] = "libsodium_missing"


class KeyFileMissing(Misconfigured):
    code: ClassVar[str] = "key_file_missing"


class KeyFileExists(Misconfigured):
    code: ClassVar[str] = "key_file_exists"


class KeyFileExposed(Misconfigured):
    code: ClassVar[str] = "key_file_exposed"


class KeyFileDamaged(Misconfigured):
    code: ClassVar[str] = "key_file_damaged"


class PassphraseWrong(Misconfigured):
    code: ClassVar[str] = "passphrase_wrong"


class ArchiveForeign(Misconfigured):
    """The file is no backup, or one of a form that this version does not read."""

    code: ClassVar[str] = "backup_foreign"


class ArchiveNotOpened(Misconfigured):
    """Another pass phrase, or a damaged beginning."""

    code: ClassVar[str] = "backup_not_opened"


class ArchiveDamaged(Misconfigured):
    """Altered, cut off, or not what its manifest says."""

    code: ClassVar[str] = "backup_damaged"


class StoredValueDamaged(Broken):
    code: ClassVar[str] = "stored_value_damaged"


def require_length(what: str, value: bytes, expected: int) -> None:
    if len(value) != expected:
        raise WrongLength(f"The {what} has {len(value)} bytes; {expected} are needed.")
