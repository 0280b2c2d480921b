"""Whether members speak a protocol that this program speaks, and whose program is older or newer."""

from collections import Counter

from oracle import __version__
from oracle.checking.case import Case
from oracle.checking.result import Result, ok, skipped, warning
from oracle.peer.headers import VERSION


class Versions:
    name = "versions"

    async def look(self, case: Case) -> Result:
        others = {
            member: said
            for member, said in case.peers.items()
            if case.member is None or member != case.member.id
        }
        if not others:
            return skipped("No other member has said its version.")
        apart = {member: said.protocol for member, said in others.items() if said.protocol != VERSION}
        if apart:
            named = ", ".join(f"{member} (protocol {spoken})" for member, spoken in apart.items())
            return warning(
                f"Not all speak protocol {VERSION}: {named}.",
                "Agree on an upgrade: versions that are not adjacent do not understand each other.",
            )
        programs = Counter(said.program for said in others.values())
        listed = ", ".join(f"{program} ({number})" for program, number in sorted(programs.items()))
        return ok(f"protocol {VERSION} everywhere; programs {listed}, here {__version__}")
