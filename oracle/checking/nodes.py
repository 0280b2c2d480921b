"""Whether the nodes of the chain answer, keep up with each other, and are on one branch."""

from oracle.chain.connection import Patience, open_connection
from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning
from oracle.domain.reports import EndpointReport, EndpointState

TIMEOUT_S = 5.0


class Nodes:
    name = "nodes"

    async def look(self, case: Case) -> Result:
        settings, record = case.configured, case.deployed
        patience = Patience(timeout_s=TIMEOUT_S, attempts=2)
        connection = await case.closing.enter_async_context(
            open_connection(settings.chain.rpc, patience, expected=record)
        )
        await connection.look(record.parameters.get("finality_depth", 0))
        report = connection.report()
        serving = [node for node in report if node.state in {EndpointState.USABLE, EndpointState.LAGGING}]
        wrong = "; ".join(_said(node) for node in report if node.state is not EndpointState.USABLE)
        if not serving:
            return problem(wrong, "Check [chain] rpc and that the node runs; the daemon waits for it.")
        case.connection = connection
        if wrong:
            return warning(f"{len(serving)} of {len(report)} can be used; {wrong}", "Repair that node.")
        head = max(node.head_block or 0 for node in serving)
        if len(report) == 1:
            return warning(
                f"{report[0].name} at block {head}, and no second one.",
                "Name a second node in [chain] rpc: when the only one stops, everything waits.",
            )
        return ok(f"{len(report)} on one branch, at block {head}")


def _said(node: EndpointReport) -> str:
    return node.reason if node.name in node.reason else f"node {node.name}: {node.reason}"
