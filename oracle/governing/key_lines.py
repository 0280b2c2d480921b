"""All versions of a member's keys: what the registry says, and what the key folder holds beyond it."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from oracle.chain.books.members import Member, Versioned
from oracle.crypto.keyring import Keyring
from oracle.crypto.tls import fingerprint
from oracle.domain.ids import KeyVersion
from oracle.domain.reports import KeyKind, KeyLine

_T = TypeVar("_T")


def key_lines(member: Member, keyring: Keyring) -> tuple[KeyLine, ...]:
    """By kind and version; the prepared version of a kind last."""
    folder = keyring.public_parts
    return (
        *_versions(KeyKind.OPERATOR, member.operators, folder.operators, str),
        *_versions(KeyKind.SEALING, member.sealing_keys, folder.sealing, lambda key: key.key.hex()),
        *_versions(KeyKind.OPRF, member.oprf_keys, folder.oprf, lambda key: key.key.hex()),
        *_certificates(member, keyring),
    )


def _versions(
    kind: KeyKind,
    registered: tuple[Versioned[_T], ...],
    folder: Mapping[KeyVersion, str],
    public: Callable[[_T], str],
) -> Iterable[KeyLine]:
    for entry in registered:
        yield KeyLine(
            kind=kind,
            version=entry.version,
            public=public(entry.value),
            in_folder=folder.get(entry.version, "").lower() == public(entry.value).lower(),
            current=entry is registered[-1],
            replaced_at=entry.replaced_at,
            valid_until=entry.valid_until,
        )
    for version in sorted(set(folder) - {entry.version for entry in registered}):
        yield KeyLine(kind=kind, version=version, public=folder[version], in_folder=True, current=False)


def _certificates(member: Member, keyring: Keyring) -> Iterable[KeyLine]:
    """The registry does not number certificates; the files do."""
    registered = {endpoint.tls_fingerprint: endpoint for endpoint in member.endpoints}
    current = None if member.endpoint is None else member.endpoint.tls_fingerprint
    for version, identity in sorted(keyring.tls_identities.items()):
        name = fingerprint(identity.certificate)
        endpoint = registered.get(name)
        yield KeyLine(
            kind=KeyKind.CERTIFICATE,
            version=version,
            public=name.hex(),
            in_folder=True,
            current=name == current,
            valid_until=None if endpoint is None or name == current else endpoint.valid_until,
        )
