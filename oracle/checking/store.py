"""Whether the store can be read and has a schema that this program knows."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning
from oracle.store.glance import glance


class Store:
    name = "store"

    async def look(self, case: Case) -> Result:
        found = await glance(case.configured.store.url)
        if found is None:
            return ok("not made yet; the daemon makes it at its first start")
        if not found.known:
            return problem(
                f"Its schema {found.revision} is of a newer version than this one ({found.newest}).",
                "Start the newer version, or restore the backup that was made before the upgrade.",
            )
        if found.revision != found.newest:
            return warning(
                f"Its schema is {found.revision or 'empty'}; this version has {found.newest}.",
                "Back it up; the next start of the daemon brings it up to date.",
            )
        return ok(f"schema {found.revision}")
