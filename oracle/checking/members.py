"""Which other members are reached, each asked over mutual TLS for its version."""

import asyncio

from oracle.checking.case import Case
from oracle.checking.lines import open_lines
from oracle.checking.result import Result, ok, problem, warning
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import MemberId
from oracle.governing.names import MemberNames
from oracle.peer.client import PeerClient

AT_ONCE = 8
NAMED = 5


class OtherMembers:
    name = "other members"

    async def look(self, case: Case) -> Result:
        others = [member.id for member in case.registry.members_in_standing() if member.id != case.me.id]
        if not others:
            return ok("there are none in standing")
        gate = asyncio.Semaphore(AT_ONCE)
        async with open_lines(case) as client:
            failures = await asyncio.gather(*(_ask(case, client, gate, member) for member in others))
        names = MemberNames(view=case.registry, known=case.deployed.names)
        silent = [
            f"{names.name_of(member) or 'member'} ({member}, {code})"
            for member, code in zip(others, failures, strict=True)
            if code
        ]
        if not silent:
            return ok(f"all {len(others)} are reached")
        named = ", ".join(silent[:NAMED]) + (" …" if len(silent) > NAMED else "")
        said = f"{len(others) - len(silent)} of {len(others)} are reached; not: {named}"
        if len(silent) == len(others):
            return problem(
                said, "Check this machine's way out, and that this member's certificate is registered."
            )
        return warning(said, "Ask their operators; queries wait for them until the deadline.")


async def _ask(case: Case, client: PeerClient, gate: asyncio.Semaphore, member: MemberId) -> str:
    """Empty when it answered, else the code of what went wrong."""
    async with gate:
        try:
            case.peers[member] = await client.version(member)
        except (Transient, Refused) as error:
            return error.code
    return ""
