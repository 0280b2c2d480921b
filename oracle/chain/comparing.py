"""All nodes looked at side by side: heads, lag, and whether they are on one branch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from oracle.chain.answers import Block
from oracle.chain.endpoints import Endpoint
from oracle.chain.errors import NodeOnOtherBranch, NodeRefused
from oracle.chain.node import LATEST
from oracle.domain.errors import Misconfigured, Transient
from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True)
class Look:
    """What one endpoint said a moment ago."""

    endpoint: Endpoint
    head: Block


async def look_at(
    endpoints: Sequence[Endpoint], *, finality: int, identify: Callable[[Endpoint], Awaitable[None]]
) -> None:
    """Brings every endpoint's head, lag and standing up to date. Raises nothing: failures are noted."""
    looks = [look for look in await asyncio.gather(*(_look(one, identify) for one in endpoints)) if look]
    sound = [look for look in looks if not look.endpoint.aside]
    if not sound:
        return
    reference = sound[0]
    await asyncio.gather(*(_compare(look, reference, finality) for look in looks if look is not reference))
    agreeing = [look for look in looks if not look.endpoint.aside]
    highest = max(look.head.number for look in agreeing)
    for look in agreeing:
        look.endpoint.behind = highest - look.head.number


async def _look(endpoint: Endpoint, identify: Callable[[Endpoint], Awaitable[None]]) -> Look | None:
    asked_at = endpoint.now()
    try:
        if not endpoint.identified:
            await identify(endpoint)
            if endpoint.operators_fault is not None:
                endpoint.reinstate()
        head = await endpoint.node.block(LATEST)
    except (Transient, NodeRefused) as error:
        endpoint.failed(error)
        return None
    except Misconfigured as error:
        endpoint.set_aside(error)
        return None
    endpoint.latency_s = endpoint.now() - asked_at
    endpoint.head = head.number
    endpoint.answered()
    return Look(endpoint, head)


async def _compare(look: Look, reference: Look, finality: int) -> None:
    """Newest blocks may differ for a while; final ones may not."""
    common = min(look.head.number, reference.head.number) - finality
    if common < 0:
        return
    number = BlockNumber(common)
    try:
        theirs = await look.endpoint.node.block(number)
        ours = await reference.endpoint.node.block(number)
    except (Transient, NodeRefused) as error:
        look.endpoint.failed(error)
        return
    if theirs.hash == ours.hash:
        look.endpoint.reinstate()
        return
    look.endpoint.set_aside(
        NodeOnOtherBranch(
            f"Node {look.endpoint.name} has another block {number} than node {reference.endpoint.name}, "
            f"though block {number} is final: one of the two is cut off from the validators, or was given "
            "another history. It is not asked until it agrees again; find out which one is right"
        )
    )
