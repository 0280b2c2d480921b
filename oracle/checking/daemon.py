"""Whether the daemon answers on its interface, and what it says of itself."""

from oracle import __version__
from oracle.api.client import connect
from oracle.api.connection import DaemonUnreachable, ProblemReported
from oracle.checking.case import Case
from oracle.checking.result import Result, ok, warning


class RunningDaemon:
    name = "daemon"

    async def look(self, case: Case) -> Result:
        try:
            async with connect(case.configured.api.listen) as client:
                case.daemon = status = await client.status()
                if status.member_id is not None:
                    case.dataset = await client.dataset_stats()
        except ProblemReported as error:
            if case.daemon is None:
                raise
            return warning(f"It runs and is not ready: {error.problem.message}", error.problem.action)
        except DaemonUnreachable:
            return warning(
                "No daemon answers; what others see of it is not checked.",
                "Start it with: riskmesh daemon run",
            )
        if status.version != __version__:
            return warning(
                f"It runs version {status.version}; this command is {__version__}.",
                "Restart the daemon to run the version that is installed.",
            )
        if status.problems:
            return warning(
                f"It runs and names {len(status.problems)} of its own problems.", "Run: riskmesh status"
            )
        return ok(f"version {status.version}, up {status.uptime_s} s, no problems")
