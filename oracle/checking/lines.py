"""Calls members as any other member does, over mutual TLS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oracle.checking.case import Case
from oracle.peer.client import PeerClient
from oracle.peer.limits import ClientLimits
from oracle.peer.reachable import ReachPolicy
from oracle.wiring.registry import Registry

TIMEOUT_S = 5.0


@asynccontextmanager
async def open_lines(case: Case) -> AsyncIterator[PeerClient]:
    """A client with this member's certificate and the registry as the chain has it now."""
    peer = case.configured.peer
    async with PeerClient(
        case.keys.tls_identity,
        Registry(case.registry),
        limits=ClientLimits(timeout_s=TIMEOUT_S, connect_timeout_s=TIMEOUT_S),
        reach=ReachPolicy(private=peer.allow_private_endpoints, networks=peer.allowed_networks),
    ) as client:
        yield client
