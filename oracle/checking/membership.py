"""Whether the registry knows this institution, and whether it may ask and be asked."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem
from oracle.crypto.tls import fingerprint


class Membership:
    name = "membership"

    async def look(self, case: Case) -> Result:
        view, keys = case.registry, case.keys
        found = view.member_by_operator(keys.operator_address())
        if found is None:
            found = view.member_by_tls(fingerprint(keys.certificate))
        if found is None:
            return problem(
                f"The registry has neither the operator {keys.operator_address()} nor the certificate.",
                "Give application.json to a member, who runs: riskmesh propose admit application.json",
            )
        case.member = found
        standing = f"member {found.id}, {found.status.name.lower()}"
        if not view.in_standing(found.id):
            return problem(
                f"{standing}: it can neither ask nor be asked.",
                "Read the proposals (riskmesh proposals), and talk to the other members.",
            )
        return ok(standing)
