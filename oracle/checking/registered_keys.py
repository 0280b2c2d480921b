"""Whether the keys in the folder are the newest ones of the registry."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem


class RegisteredKeys:
    name = "registered keys"

    async def look(self, case: Case) -> Result:
        member, keys = case.me, case.keys
        pairs = (
            ("operator", member.operator.version, keys.operator_version),
            ("sealing", member.sealing_key.version, keys.sealing_version),
            ("OPRF", member.oprf_key.version, keys.oprf_version),
        )
        same = (
            member.operator.value == keys.operator_address(),
            member.sealing_key.value.key == keys.sealing_public(),
            member.oprf_key.value.key == keys.oprf_public(),
        )
        wrong = [pair for pair, is_same in zip(pairs, same, strict=True) if not is_same]
        if not wrong:
            return ok(", ".join(f"{name} version {version}" for name, version, _ in pairs))
        return problem(
            "; ".join(
                f"the folder's {name} key (version {own}) is not the registered one (version {registered})"
                for name, registered, own in wrong
            ),
            "Restore the folder that belongs to this member, or finish the rotation that was begun.",
        )
