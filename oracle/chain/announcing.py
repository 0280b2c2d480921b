"""New blocks as nodes announce them: they wake the stream, which finds them at its next poll anyway."""

import asyncio
from collections.abc import Callable

import structlog

from oracle.chain.endpoints import Endpoint
from oracle.chain.errors import NodeRefused
from oracle.chain.websocket import WebSocketTransport
from oracle.domain.errors import Misconfigured, Transient

AGAIN_S = 5.0
_log = structlog.get_logger("riskmesh.chain")


async def follow_announcements(
    endpoint: Endpoint, wake: Callable[[], None], *, again_s: float = AGAIN_S
) -> None:
    """Subscribes, again whenever the connection ended; returns where the node has no subscriptions."""
    transport = endpoint.node.transport
    if not isinstance(transport, WebSocketTransport):
        return

    def subscribed() -> None:
        endpoint.subscribed = True

    while True:
        try:
            await transport.announce(wake, subscribed)
        except NodeRefused as error:
            _log.info("node_announces_no_blocks", node=endpoint.name, error=error)
            return
        except (Transient, Misconfigured) as error:
            _log.debug("announcements_ended", node=endpoint.name, error=error)
        finally:
            endpoint.subscribed = False
        wake()
        await asyncio.sleep(again_s)
