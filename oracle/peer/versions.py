"""Members say with every call and every answer which versions of the wire they understand."""

import re
from collections.abc import Set as AbstractSet
from typing import Final

from oracle.domain.errors import Transient
from oracle.domain.ids import MemberId
from oracle.peer.errors import MessageRefused, MessageVersionUnknown
from oracle.peer.headers import SUPPORTED_VERSIONS
from oracle.rules.versions import BEFORE_NEGOTIATION, shared_version

VERSIONS_HEADER: Final = "Riskmesh-Wire-Versions"
_LIST: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{1,3}){0,15}")


class VersionsUnreadable(MessageRefused):
    """The list of versions that came with a call is none."""

    code = "versions_unreadable"


class VersionNotShared(Transient):
    """Both understand no version in common; what waits is sent once one of both has upgraded."""

    code = "version_not_shared"


def say_versions(versions: AbstractSet[int] = SUPPORTED_VERSIONS) -> str:
    """As it stands in the header: numbers in ascending order with commas between."""
    return ",".join(str(version) for version in sorted(versions))


def read_versions(text: str | None) -> frozenset[int]:
    """At most 16 numbers; nothing said means the version before there was something to say."""
    if text is None:
        return BEFORE_NEGOTIATION
    if _LIST.fullmatch(text) is None:
        raise VersionsUnreadable("a list of wire versions is numbers with commas between, such as 1,2")
    return frozenset(int(number) for number in text.split(","))


def require_shared(theirs: AbstractSet[int]) -> int:
    """The version to answer a caller in. Raises `MessageVersionUnknown` naming the versions of both sides."""
    version = shared_version(SUPPORTED_VERSIONS, theirs)
    if version is None:
        raise MessageVersionUnknown(
            f"the caller understands wire versions {say_versions(theirs)}, this member {say_versions()}"
        )
    return version


def agree(member: MemberId, theirs: AbstractSet[int]) -> int:
    """The version to use with this member. Raises `VersionNotShared` naming the versions of both sides."""
    version = shared_version(SUPPORTED_VERSIONS, theirs)
    if version is None:
        raise VersionNotShared(
            f"member {member} understands wire versions {say_versions(theirs)}, this member "
            f"{say_versions()}. Whichever of both runs the older release must upgrade."
        )
    return version
