"""Applications for membership: the checks that every member makes for itself."""

from collections.abc import Sequence
from typing import Final

from oracle.chain.errors import ApplicationRefused
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import verify_possession
from oracle.domain.application import Application
from oracle.domain.errors import Refused
from oracle.domain.ids import Address

SEALING_KEY_SIZES: Final = {1: 32}
"""By suite number."""
_MAX_ENDPOINT = 256
_MAX_CERTIFICATE = 2048


def possession_context(governance: Address) -> bytes:
    """What a proof of possession is bound to: the governance account, so that nobody can take it over."""
    return bytes.fromhex(governance[2:])


def check_application(application: Application) -> None:
    """Raises ApplicationRefused for what the registry would refuse, and for a proof that does not hold."""
    about = f"the application of '{application.name}'"
    if application.profile_hash != keccak256(application.name.encode()):
        raise ApplicationRefused(f"{about} has a profile hash that is not the one of its name")
    if SEALING_KEY_SIZES.get(application.sealing_suite) != len(application.sealing_key):
        raise ApplicationRefused(f"{about} has a sealing key that does not fit its suite")
    if not 1 <= len(application.endpoint.encode()) <= _MAX_ENDPOINT:
        raise ApplicationRefused(f"{about} has an endpoint longer than {_MAX_ENDPOINT} bytes, or none")
    if not application.endpoint.startswith("https://"):
        raise ApplicationRefused(f"{about} has an endpoint that does not begin with https://")
    if not 1 <= len(application.certificate) <= _MAX_CERTIFICATE:
        raise ApplicationRefused(f"{about} has a certificate longer than {_MAX_CERTIFICATE} bytes, or none")
    try:
        verify_possession(
            application.oprf_key, possession_context(application.governance), application.oprf_possession
        )
    except Refused as error:
        raise ApplicationRefused(f"{about} does not prove possession of its OPRF key: {error}") from error


def check_distinct(applications: Sequence[Application]) -> None:
    """Raises ApplicationRefused when two share an account, an OPRF key, a sealing key or a certificate."""
    seen: dict[tuple[str, str | bytes], str] = {}
    for application in applications:
        for kind, value in _unique_values(application):
            other = seen.get((kind, value))
            if other is not None:
                raise ApplicationRefused(f"'{application.name}' brings the {kind} of '{other}' again")
            seen[kind, value] = application.name


def _unique_values(application: Application) -> Sequence[tuple[str, str | bytes]]:
    return (
        ("account", application.governance),
        ("account", application.operator),
        ("OPRF key", application.oprf_key),
        ("sealing key", application.sealing_key),
        ("certificate", application.certificate),
    )
