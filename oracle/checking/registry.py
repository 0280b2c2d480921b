"""Reads every event since the deployment from the chain, as a daemon without a store would."""

from oracle.chain.decoding import log_decoder
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.reading import RangeReader
from oracle.checking.case import Case
from oracle.checking.result import Result, ok


class RegistryRead:
    name = "events"

    async def look(self, case: Case) -> Result:
        stream = EventStream(
            connection=case.chain,
            journal=MemoryFactJournal(),
            reader=RangeReader(decoder=log_decoder(case.deployed)),
            first_block=case.deployed.block,
        )
        await stream.poll()
        case.view = view = stream.view
        head = 0 if view.head is None else view.head.number
        return ok(
            f"read up to block {head}: {len(view.members.all)} members, "
            f"{len(view.members_in_standing())} in standing"
        )
