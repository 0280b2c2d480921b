"""How much one member or auditor, and all together, may ask of the server at once, and for how long."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Concurrency counts requests from before the first byte of a body to the last byte of its answer."""

    concurrent_per_peer: int = 8
    concurrent: int = 64
    waiting_per_peer: int = 16
    """Requests beyond those that run; they are taken in turn with those of other peers."""
    waiting: int = 512
    wait_timeout_s: float = 5.0
    """For the turn of a request; then it is answered 503."""
    requests_per_s_per_peer: float = 200.0
    """Sustained; a peer may send as many as in two seconds at once."""
    penalty_s: float = 0.2
    """A request over the rate is answered this much later, which slows down who does not listen."""
    body_bytes_per_peer: int = 64 * MIB
    """Of bodies that are being read or worked on."""
    body_bytes: int = 256 * MIB
    connections_per_peer: int = 8
    connections: int = 512
    handshakes_per_address: int = 16
    """Connections from one network address that nobody has proven to be a member's or an auditor's yet."""
    handshakes: int = 128
    read_timeout_s: float = 10.0
    """For the body of a request, beside what its length takes at `least_bytes_per_s`."""
    write_timeout_s: float = 10.0
    """For the answer, likewise."""
    least_bytes_per_s: int = 131_072
    handle_timeout_s: float = 60.0
    """For a handler; a longer one is answered 503."""
    idle_timeout_s: float = 75.0
    """For a connection without a complete request head, new or kept alive."""
    handshake_timeout_s: float = 5.0
    head_bytes: int = 4096
    """For the request line, and for one header."""
    headers: int = 32
    shutdown_timeout_s: float = 5.0
    linger_s: float = 2.0
    """How long the rest of a refused body is read away, so that the caller sees why."""
    retry_after_s: int = 1

    def time_for(self, size: int, base_s: float) -> float:
        """How long `size` bytes may take on the slowest line that is served."""
        return base_s + size / self.least_bytes_per_s


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
    head_bytes: int = 4096
    """For the status line, and for one header of an answer."""
