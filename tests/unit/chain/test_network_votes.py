"""Votes on a node's own interface, Clique's and QBFT's, against a server that speaks both as documented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from oracle.chain.network.client import find_client
from oracle.chain.network.consensus import consensus_of
from oracle.chain.network.errors import ChainClientMissing, NoRewindNeeded, UnknownConsensus
from oracle.chain.network.rejoining import rejoin
from oracle.chain.network.running import calls
from oracle.chain.network.voting import cast_votes
from oracle.domain.ids import Address

ONE, TWO, THREE = (Address("0x" + digit * 40) for digit in "123")
METHODS = {
    "clique": ("clique_getSigners", "clique_proposals", "clique_propose", "clique_discard"),
    "qbft": (
        "qbft_getValidatorsByBlockNumber",
        "qbft_getPendingVotes",
        "qbft_proposeValidatorVote",
        "qbft_discardValidatorVote",
    ),
}


@dataclass
class Validator:
    """A node of one kind of consensus; it knows no method of the other."""

    kind: str
    votes: dict[str, bool] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    block: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        call = await request.json()
        method, params = call["method"], call["params"]
        head = {"jsonrpc": "2.0", "id": call["id"]}
        if method == "eth_getBlockByNumber":
            return web.json_response({**head, "result": self.block})
        if method not in METHODS.get(self.kind, ()):
            error = {"code": -32601, "message": "the method does not exist/is not available"}
            return web.json_response({**head, "error": error})
        self.told.append(method)
        validators, votes, propose, _ = METHODS[self.kind]
        if method == validators:
            return web.json_response({**head, "result": [TWO, ONE]})
        if method == votes:
            return web.json_response({**head, "result": self.votes})
        if method == propose:
            self.votes[params[0]] = params[1]
        else:
            del self.votes[params[0]]
        return web.json_response({**head, "result": True})


@asynccontextmanager
async def serving(validator: Validator) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_post("/", validator.answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


@pytest.mark.parametrize(("kind", "name"), [("clique", "Clique"), ("qbft", "QBFT")])
async def test_votes__wanted_standing_and_stale__are_cast_kept_and_taken_back(kind: str, name: str) -> None:
    validator = Validator(kind=kind, votes={ONE: True, THREE: True})
    async with serving(validator) as url, calls(url) as asked:
        consensus = await consensus_of(asked)
        ballots = await cast_votes(consensus, {TWO: False, THREE: True})

        assert consensus.name == name
        assert await consensus.validators() == (ONE, TWO)
        assert validator.votes == {TWO: False, THREE: True}
        assert [ballot.said for ballot in ballots] == [f"Taken back: the vote on {ONE}", f"Cast: drop {TWO}"]
        assert await cast_votes(consensus, {TWO: False, THREE: True}) == ()


async def test_consensus__of_a_node_with_neither__is_refused() -> None:
    async with serving(Validator(kind="none")) as url, calls(url) as asked:
        with pytest.raises(UnknownConsensus, match="ask your own validator"):
            await consensus_of(asked)


async def test_rejoin__two_nodes_on_one_branch__gives_nothing_up() -> None:
    block = {"number": "0x5", "hash": "0x" + "aa" * 32, "parentHash": "0x" + "bb" * 32, "timestamp": "0x1"}
    async with serving(Validator(kind="clique", block=block)) as url, calls(url) as own, calls(url) as other:
        with pytest.raises(NoRewindNeeded, match="has no block that"):
            await rejoin(own, other, still_s=10)


async def test_rejoin__a_chain_that_moves__gives_nothing_up() -> None:
    block = {"number": "0x5", "hash": "0x" + "aa" * 32, "parentHash": "0x" + "bb" * 32}
    block["timestamp"] = hex(2**40)
    async with serving(Validator(kind="clique", block=block)) as url, calls(url) as own, calls(url) as other:
        with pytest.raises(NoRewindNeeded, match="moves"):
            await rejoin(own, other, still_s=10)


def test_client__a_program_of_another_kind__is_refused_with_the_way_to_get_it(tmp_path: Path) -> None:
    for script in ("echo 'Geth\nVersion: 1.14.0-stable'", "echo nothing", "exit 3"):
        program = tmp_path / "geth"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        with pytest.raises(ChainClientMissing, match="make chain-client"):
            find_client(program)
    with pytest.raises(ChainClientMissing, match="does not run"):
        find_client(tmp_path / "missing")
