"""With and without `eth_subscribe`, and without the `finalized` tag, on one network of real validators."""

from collections.abc import Callable

import pytest
from stage.one_truth import expect_one_truth
from stage.private_network import NetworkedAlliance, PrivateNetwork, networked_alliance
from stage.rpc_faults import erring
from stage.rpc_proxy import open_proxy

from oracle.domain.reports import EndpointState, StatusReport

pytestmark = [pytest.mark.poa, pytest.mark.timeout(1200)]

NO_SUCH_METHOD = -32601
FOLLOWED = 20
"""Blocks; 40 s, of which polling sees one."""
SELDOM_S = 60
"""The longest interval of polling that the configuration takes: thirty blocks."""


async def test_daemons__one_hears_of_blocks_one_is_refused_one_polls__ask_and_settle_alike(
    network: PrivateNetwork,
) -> None:
    async with (
        open_proxy(network.node(2).rpc, network.node(2).ws) as mute,
        open_proxy(network.node(3).rpc, network.node(3).ws) as polled,
    ):
        mute.misbehave(erring(NO_SUCH_METHOD, "the method eth_subscribe does not exist"), "eth_subscribe")
        nodes = {"asker": (network.node(1).ws, 4), "north": (mute.ws_url, 4), "south": (polled.url, 4)}
        async with networked_alliance(network, nodes=nodes) as alliance:
            await poll_seldom(alliance, "asker")

            hears = await alliance.status_until("asker", lambda one: one.chain.endpoints[0].subscribed)
            assert hears.chain.endpoints[0].state is EndpointState.USABLE
            for name in ("north", "south"):
                own = (await alliance.status_until(name, lambda _: True)).chain.endpoints[0]
                assert (own.subscribed, own.state, own.in_use) == (False, EndpointState.USABLE, True), name
            assert await longest_step(alliance, "asker") < SELDOM_S // 4, "it reads by announcements"

            asked = await alliance.run("asker", "query", "domain", "both.example", "clear.example", "--json")
            assert asked.code == 0, asked.err
            assert asked.json()["summary"]["phase"] == "complete"
            assert {
                result["record_state"] for result in asked.json()["results"] if result["state"] == "hit"
            } == {"disclosed"}
            await expect_one_truth(alliance, network)

            assert "eth_subscribe" in mute.asked
            assert "eth_subscribe" not in polled.asked
            # Final is what has enough blocks on top, counted from the newest: no node has to name it.
            for proxy in (mute, polled):
                assert {"eth_getLogs", "eth_sendRawTransaction"} <= set(proxy.asked)
                assert proxy.tags <= {"latest", "pending"}, proxy.tags


async def poll_seldom(alliance: NetworkedAlliance, name: str) -> None:
    """From its next start, so that whatever it reads sooner was announced."""
    assert await alliance.terminate(name) == 0
    path = alliance.of(name).home / "riskmesh.toml"
    often = path.read_text()
    seldom = often.replace("poll_interval_s = 0.2", f"poll_interval_s = {SELDOM_S}")
    assert seldom != often
    path.write_text(seldom)
    await alliance.start(name)
    await alliance.ready(name)


async def longest_step(alliance: NetworkedAlliance, name: str) -> int:
    """Of how many blocks at once a daemon reads the next ones."""
    first = seen = (await alliance.status_until(name, lambda _: True)).chain.cursor_block
    longest = 0
    while seen < first + FOLLOWED:
        chain = (await alliance.status_until(name, reads_on_from(seen))).chain
        longest, seen = max(longest, chain.cursor_block - seen), chain.cursor_block
    return longest


def reads_on_from(block: int) -> Callable[[StatusReport], bool]:
    return lambda status: status.chain.cursor_block != block
