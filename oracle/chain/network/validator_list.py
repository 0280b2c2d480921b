"""Which validator each member runs: a JSON file that members keep among themselves, or options."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from oracle.chain.network.errors import BadValidatorList
from oracle.chain.quantities import checksummed
from oracle.domain.ids import Address, MemberId

VERSION: Final = 1
_OPTION = re.compile(r"(\d{1,18})=(0x[0-9a-fA-F]{40})")
_Account = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]{40}$")]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    validators: dict[str, _Account]


def read_validator_list(path: Path) -> Mapping[MemberId, Address]:
    """`{"version": 1, "validators": {"1": "0x…"}}`, keyed by member number. Raises BadValidatorList."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadValidatorList(f"The list of validators {path} cannot be read: {error}") from error
    if file.version != VERSION:
        raise BadValidatorList(f"The list of validators {path} has version {file.version}, not {VERSION}")
    return _distinct([(number, account) for number, account in file.validators.items()])


def parse_validator_options(options: Sequence[str]) -> Mapping[MemberId, Address]:
    """`4=0x…` each. Raises BadValidatorList."""
    pairs = []
    for option in options:
        match = _OPTION.fullmatch(option)
        if match is None:
            raise BadValidatorList(f"'{option}' is not of the form MEMBER=ADDRESS, say 4=0x…40 digits")
        pairs.append((match[1], match[2]))
    return _distinct(pairs)


def write_validator_list(path: Path, validators: Mapping[MemberId, Address]) -> None:
    file = _File(version=VERSION, validators={str(number): str(one) for number, one in validators.items()})
    path.write_bytes(msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n")


def _distinct(pairs: Sequence[tuple[str, str]]) -> Mapping[MemberId, Address]:
    found: dict[MemberId, Address] = {}
    for number, spelled in pairs:
        if not number.isdecimal() or not int(number):
            raise BadValidatorList(f"'{number}' is not the number of a member")
        member, account = MemberId(int(number)), checksummed(bytes.fromhex(spelled[2:]))
        if member in found or account in found.values():
            raise BadValidatorList(f"Member {number} or its validator {account} is named twice")
        found[member] = account
    return found
