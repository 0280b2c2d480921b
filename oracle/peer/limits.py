"""How much one peer, and all peers together, may ask of the server at once, and for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Concurrency counts requests from the first byte of a body to the last byte of its answer."""

    concurrent_per_peer: int = 8
    concurrent: int = 64
    read_timeout_s: float = 10.0
    """For the whole body of a request."""
    write_timeout_s: float = 10.0
    """For the whole answer."""
    handle_timeout_s: float = 60.0
    """For a handler; a longer one is answered 503."""
    idle_timeout_s: float = 75.0
    """For a connection without a complete request head, new or kept alive."""
    handshake_timeout_s: float = 5.0
    shutdown_timeout_s: float = 5.0
    linger_s: float = 2.0
    """How long the rest of a refused body is read away, so that the caller sees why."""
    retry_after_s: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits:
    """For calls to one peer."""

    connections_per_peer: int = 4
    connect_timeout_s: float = 5.0
    timeout_s: float = 30.0
    """For a whole call, answer included."""
    idle_timeout_s: float = 60.0
    """Below the server's, so that no request goes out on a connection that is being closed."""
    retry_after_most_s: float = 300.0
    """Whatever a peer asks for, it is tried again no later than this."""
