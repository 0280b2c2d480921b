"""The limits of the configuration in the units of the rooms that keep them."""

from typing import Final

from oracle.config.settings import Settings
from oracle.peer.limits import MIB, ServerLimits

_KIB: Final = 1024


def server_limits(settings: Settings) -> ServerLimits:
    """What other members may ask of this one."""
    limits = settings.limits
    return ServerLimits(
        concurrent_per_peer=limits.member_concurrent,
        concurrent=settings.peer.max_concurrent,
        waiting_per_peer=limits.member_waiting,
        waiting=limits.waiting,
        wait_timeout_s=limits.wait_timeout_s,
        requests_per_s_per_peer=limits.member_requests_per_s,
        body_bytes_per_peer=limits.member_body_mib * MIB,
        body_bytes=limits.body_mib * MIB,
        connections_per_peer=limits.member_connections,
        connections=limits.connections,
        handshakes_per_address=limits.handshakes_per_address,
        handshakes=limits.handshakes,
        read_timeout_s=limits.read_timeout_s,
        write_timeout_s=limits.write_timeout_s,
        least_bytes_per_s=limits.least_kib_per_s * _KIB,
        handle_timeout_s=limits.handle_timeout_s,
        idle_timeout_s=limits.idle_timeout_s,
        handshake_timeout_s=limits.handshake_timeout_s,
        retry_after_s=limits.retry_after_s,
    )
