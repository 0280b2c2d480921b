"""Whether the deployment record can be read."""

from oracle.chain.deployment import read_record
from oracle.checking.case import Case
from oracle.checking.result import Result, ok


class Deployment:
    name = "deployment record"

    async def look(self, case: Case) -> Result:
        case.record = record = read_record(case.configured.chain.deployment)
        return ok(f"chain {record.chain_id}, {len(record.contracts)} contracts, from block {record.block}")
