"""Whether the daemon can do its work now: what a load balancer or an orchestrator asks."""

from oracle.domain.errors import Transient
from oracle.domain.ids import Sequence
from oracle.domain.reports import ChainStatus
from oracle.store.census import Census
from oracle.wiring.problems import LAGGING_BLOCKS, told_missing


async def reasons_against(
    chain: ChainStatus, census: Census, *, admitted: bool, opened: bool, elsewhere: Sequence | None
) -> tuple[str, ...]:
    """Empty when it is ready; `elsewhere` is the published snapshot if another daemon of ours has it."""
    reasons = []
    if chain.held is not None:
        reasons.append("Final blocks were replaced: riskmesh status says how to decide.")
    if not chain.reachable:
        reasons.append("No node of the chain answers.")
    elif (behind := chain.head_block - chain.cursor_block) > LAGGING_BLOCKS:
        reasons.append(f"The chain is read up to {behind} blocks behind its head.")
    try:
        await census.probe()
    except Transient as error:
        reasons.append(str(error))
    if not admitted:
        reasons.append("The registry does not know this institution.")
    elif not opened:
        reasons.append("The dataset is not open yet.")
    elif elsewhere is not None:
        reasons.append(told_missing(elsewhere, shared=True))
    return tuple(reasons)
