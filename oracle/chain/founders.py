"""The founders file: the applications that a consortium begins with."""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from oracle.chain.applications import check_application, check_distinct
from oracle.chain.errors import ApplicationRefused, BadFounders
from oracle.chain.quantities import checksummed
from oracle.domain.application import Application

VERSION: Final = 1

_Hex = Annotated[str, msgspec.Meta(pattern="^0x([0-9a-fA-F]{2})+$")]
_Hash = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]{64}$")]
_Account = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]{40}$")]


class _Application(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    version: int
    name: str
    governance: _Account
    operator: _Account
    sealing_suite: int
    sealing_key: _Hex
    oprf_key: _Hash
    oprf_possession: _Hex
    endpoint: str
    certificate: _Hex
    profile_hash: _Hash


class _Founders(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    founders: list[_Application]


def read_founders(path: Path) -> tuple[Application, ...]:
    """The founders of a file, each checked and all distinct. Raises BadFounders."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFounders(
            f"The founders file {path} cannot be read ({error.strerror}); pass another with --founders"
        ) from error
    try:
        file = msgspec.json.decode(content, type=_Founders)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadFounders(f"The founders file {path} is not valid: {error}") from error
    if file.version != VERSION or any(entry.version != VERSION for entry in file.founders):
        raise BadFounders(f"The founders file {path} is not of version {VERSION}")
    founders = tuple(_application(entry) for entry in file.founders)
    if not founders:
        raise BadFounders(f"The founders file {path} names nobody; a consortium needs a founder at least")
    try:
        for founder in founders:
            check_application(founder)
        check_distinct(founders)
    except ApplicationRefused as error:
        raise BadFounders(f"The founders file {path} cannot be used: {error}") from error
    return founders


def _application(entry: _Application) -> Application:
    return Application(
        name=entry.name,
        governance=checksummed(bytes.fromhex(entry.governance[2:])),
        operator=checksummed(bytes.fromhex(entry.operator[2:])),
        sealing_suite=entry.sealing_suite,
        sealing_key=bytes.fromhex(entry.sealing_key[2:]),
        oprf_key=bytes.fromhex(entry.oprf_key[2:]),
        oprf_possession=bytes.fromhex(entry.oprf_possession[2:]),
        endpoint=entry.endpoint,
        certificate=bytes.fromhex(entry.certificate[2:]),
        profile_hash=bytes.fromhex(entry.profile_hash[2:]),
    )
