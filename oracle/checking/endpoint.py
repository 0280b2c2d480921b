"""Whether the own endpoint is what other members see: reached, mutual TLS, the registered certificate."""

import structlog

from oracle.checking.case import Case
from oracle.checking.lines import open_lines
from oracle.checking.result import Result, ok, problem, skipped
from oracle.domain.errors import Refused, Transient
from oracle.peer.errors import PeerCertificateWrong

log = structlog.get_logger()


class OwnEndpoint:
    name = "own endpoint"

    async def look(self, case: Case) -> Result:
        me = case.me
        url = "" if me.endpoint is None else me.endpoint.url
        if case.daemon is None:
            return skipped("No daemon runs here, so nothing can answer.", "Start it, then check again.")
        try:
            async with open_lines(case) as client:
                case.peers[me.id] = await client.version(me.id)
        except PeerCertificateWrong:
            return problem(
                f"Whoever answers at {url} does not show the registered certificate.",
                "Let the port lead to this daemon and end TLS there: nothing may end it in between.",
            )
        except (Transient, Refused) as error:
            log.debug("own_endpoint_not_reached", reason=error.code)
            return problem(
                f"{url} is not reached from here ({error.code}).",
                "Check name, port forwarding and firewall, and peer.listen; others are not able to call.",
            )
        return ok(f"{url} answers through mutual TLS with the registered certificate")
