"""The two ways in which validators agree, asked alike: who seals, which votes this node casts, casting one.

Clique ran here (`tests/poa`). The calls of QBFT are written from Besu's documents, tested against a server
that speaks them, and have not met a Besu node.
"""

from collections.abc import Mapping
from typing import Protocol

from oracle.chain.network.errors import UnknownConsensus
from oracle.chain.network.node_calls import NodeCalls, accounts, ballots
from oracle.domain.ids import Address


class Consensus(Protocol):
    @property
    def name(self) -> str: ...

    async def validators(self) -> tuple[Address, ...]:
        """Who may seal, at the head of the node."""

    async def votes(self) -> Mapping[Address, bool]:
        """What this node votes for until it passes or is taken back."""

    async def cast(self, account: Address, *, add: bool) -> None: ...

    async def take_back(self, account: Address) -> None: ...


class Clique:
    """Votes travel in the headers of the blocks that this node seals; more than half of them decide."""

    name = "Clique"

    def __init__(self, calls: NodeCalls) -> None:
        self._calls = calls

    async def validators(self) -> tuple[Address, ...]:
        return accounts(await self._calls.tell("clique_getSigners"), "signers")

    async def votes(self) -> Mapping[Address, bool]:
        return ballots(await self._calls.tell("clique_proposals"), "proposals")

    async def cast(self, account: Address, *, add: bool) -> None:
        await self._calls.tell("clique_propose", account, add)

    async def take_back(self, account: Address) -> None:
        await self._calls.tell("clique_discard", account)


class Qbft:
    """The same with Besu's names."""

    name = "QBFT"

    def __init__(self, calls: NodeCalls) -> None:
        self._calls = calls

    async def validators(self) -> tuple[Address, ...]:
        return accounts(await self._calls.tell("qbft_getValidatorsByBlockNumber", "latest"), "validators")

    async def votes(self) -> Mapping[Address, bool]:
        return ballots(await self._calls.tell("qbft_getPendingVotes"), "pending votes")

    async def cast(self, account: Address, *, add: bool) -> None:
        await self._calls.tell("qbft_proposeValidatorVote", account, add)

    async def take_back(self, account: Address) -> None:
        await self._calls.tell("qbft_discardValidatorVote", account)


async def consensus_of(calls: NodeCalls) -> Consensus:
    """Raises UnknownConsensus when the node answers to neither."""
    if await calls.knows("clique_getSigners"):
        return Clique(calls)
    if await calls.knows("qbft_getValidatorsByBlockNumber", "latest"):
        return Qbft(calls)
    raise UnknownConsensus(
        f"Node {calls.node.name} offers neither `clique` nor `qbft`; "
        "ask your own validator, where these modules are switched on"
    )
