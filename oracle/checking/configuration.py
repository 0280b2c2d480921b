"""Whether the configuration can be read and every value in it is usable."""

from oracle.checking.case import Case
from oracle.checking.result import Result, ok
from oracle.config.loading import load_settings


class Configuration:
    name = "configuration"

    async def look(self, case: Case) -> Result:
        case.settings = load_settings(case.path)
        return ok(f"{case.path}, for {case.settings.member.name}")
