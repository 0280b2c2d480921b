"""Seals what this member sends and opens what it gets, with the newest keys of the registry."""

from collections.abc import Callable
from typing import Protocol

from oracle.crypto.typed_data import Domain
from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.peer.binding import signer_of
from oracle.peer.errors import BatchUnexpected, CallerNotSender, MessageTypeUnexpected, PeerUnknown
from oracle.peer.headers import VERSION
from oracle.peer.sealed import (
    FIRST_VERSION,
    Directory,
    OpenedMessage,
    Opener,
    Route,
    Signer,
    open_message,
    require_openable,
    seal_message,
)


class NewestKeys(Protocol):
    """Which version of a key the registry has for a member now; None for an unknown member."""

    def newest_operator_version(self, member: MemberId) -> KeyVersion | None: ...

    def newest_sealing_version(self, member: MemberId) -> KeyVersion | None: ...


class KeyDirectory(Directory, NewestKeys, Protocol):
    """Key history and newest versions together."""


class Post:
    """The same domain, directory and keys for every message of this member."""

    def __init__(
        self,
        *,
        me: MemberId,
        signer: Signer,
        opener: Opener,
        directory: KeyDirectory,
        domain: Domain,
        earlier: Callable[[KeyVersion], Signer] | None = None,
    ) -> None:
        """`earlier` gives operator keys that were replaced; without it nothing goes out under those."""
        self._me = me
        self._signer = signer
        self._earlier = earlier
        self._opener = opener
        self._directory = directory
        self._domain = domain

    def seal(
        self,
        kind: MessageType,
        batch_id: BatchId,
        recipient: MemberId,
        *,
        statement: bytes,
        frame: bytes,
        version: int = VERSION,
    ) -> bytes:
        """The bytes to send, in a version that the recipient understands.

        Raises `PeerUnknown` for a member without registered keys.
        """
        mine = self._directory.newest_operator_version(self._me)
        theirs = self._directory.newest_sealing_version(recipient)
        key = None if theirs is None else self._directory.sealing_key(recipient, theirs)
        if mine is None or theirs is None or key is None:
            raise PeerUnknown(f"the registry has no keys to write to member {recipient}")
        mine, signer = self._signing(kind, statement, mine)
        route = Route(
            batch_id=batch_id,
            sender=self._me,
            sender_key_version=mine,
            recipient=recipient,
            recipient_key_version=theirs,
        )
        return seal_message(
            kind,
            route,
            statement=statement,
            frame=frame,
            signer=signer,
            recipient_sealing_key=key,
            domain=self._domain,
            version=version,
        )

    def _signing(self, kind: MessageType, statement: bytes, newest: KeyVersion) -> tuple[KeyVersion, Signer]:
        """The version that signed the statement: what was journalled before a rotation goes under its own.

        Once that version is past its grace, others refuse the message: a grace is chosen to outlast what
        is under way.
        """
        if newest == FIRST_VERSION or self._earlier is None or not statement:
            return newest, self._signer
        author = signer_of(kind, statement, self._domain)
        for number in range(newest - 1, 0, -1):
            version = KeyVersion(number)
            if self._directory.operator_address(self._me, version) == author:
                return version, self._earlier(version)
        return newest, self._signer

    def require_openable(self, header: Header) -> None:
        """Refuses by its header a message that `open` would refuse before opening it."""
        require_openable(header, self._opener, self._directory)

    def open(self, raw: bytes, *, sender: MemberId, expected: frozenset[MessageType]) -> OpenedMessage:
        """A whole message of one of these types from exactly the member that is connected."""
        message = open_message(raw, self._opener, self._directory, self._domain)
        if message.sender != sender:
            raise CallerNotSender(f"member {sender} brought a message of member {message.sender}")
        if message.header.type not in expected:
            raise MessageTypeUnexpected(
                f"a message of type {message.header.type.name.lower()} is not for here"
            )
        return message

    def open_answer(
        self,
        raw: bytes,
        *,
        sender: MemberId,
        batch_id: BatchId,
        expected: MessageType,
        otherwise: MessageType | None = None,
    ) -> OpenedMessage:
        """As `open`, and about exactly this batch; `otherwise` is a second type that answers, too."""
        types = frozenset({expected} if otherwise is None else {expected, otherwise})
        message = self.open(raw, sender=sender, expected=types)
        if message.header.batch_id != batch_id:
            raise BatchUnexpected("the answer is about another batch than the question")
        return message
