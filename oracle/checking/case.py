"""What the checks of one run know: filled by the earlier ones, asked by the later ones."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeVar

from oracle.chain.books.members import Member
from oracle.chain.connection import ChainConnection
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.view import AllianceView
from oracle.config.passphrase import Passphrase
from oracle.config.settings import Settings
from oracle.crypto.keyring import Keyring
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.domain.reports import DatasetStats, StatusReport
from oracle.peer.version import PeerVersion

Found = TypeVar("Found")


class NotLookedAt(Refused):
    """A check needs what an earlier one did not find."""

    code: ClassVar[str] = "not_looked_at"


@dataclass(slots=True, kw_only=True)
class Case:
    """One institution, looked at once."""

    path: Path
    """Of the configuration."""
    unlock: Callable[[Settings], Passphrase | None] = field(repr=False)
    closing: AsyncExitStack = field(repr=False)
    settings: Settings | None = None
    daemon: StatusReport | None = None
    """None when no daemon answers."""
    dataset: DatasetStats | None = None
    """As the daemon has it."""
    keyring: Keyring | None = field(default=None, repr=False)
    record: DeploymentRecord | None = None
    connection: ChainConnection | None = field(default=None, repr=False)
    view: AllianceView | None = field(default=None, repr=False)
    member: Member | None = None
    peers: dict[MemberId, PeerVersion] = field(default_factory=dict)
    """Members that answered, with what they said of themselves."""

    @property
    def configured(self) -> Settings:
        return _needed(self.settings, "a configuration that can be read")

    @property
    def keys(self) -> Keyring:
        return _needed(self.keyring, "keys that open")

    @property
    def deployed(self) -> DeploymentRecord:
        return _needed(self.record, "a deployment record")

    @property
    def chain(self) -> ChainConnection:
        return _needed(self.connection, "a node of the consortium's chain")

    @property
    def registry(self) -> AllianceView:
        return _needed(self.view, "the registry, read from the chain")

    @property
    def me(self) -> Member:
        return _needed(self.member, "a registered member")


def _needed(found: Found | None, what: str) -> Found:
    if found is None:
        raise NotLookedAt(f"This needs {what}; see above.")
    return found
