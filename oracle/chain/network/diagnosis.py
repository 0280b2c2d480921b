"""What is wrong with a network, from what its nodes say: in words for an operator."""

from collections.abc import Sequence

from oracle.chain.network.running import NodeHealth
from oracle.chain.network.validators import Majority

_STILL_PERIODS = 15


def problems(nodes: Sequence[NodeHealth], *, signers: int, period_s: int) -> tuple[str, ...]:
    """Empty when the chain moves and every node follows it. `signers`: how many may seal now."""
    found = [f"{node.name} does not run" for node in nodes if not node.running]
    found += [
        f"{node.name} runs and does not answer" for node in nodes if node.running and node.block is None
    ]
    found += [f"{node.name} has no peers" for node in nodes if node.peers == 0]
    ages = [node.block_age_s for node in nodes if node.block_age_s is not None]
    if ages and min(ages) > _STILL_PERIODS * period_s:
        found.append(_halted(nodes, signers, min(ages)))
    return tuple(found)


def _halted(nodes: Sequence[NodeHealth], signers: int, age_s: int) -> str:
    answering = [node for node in nodes if node.block is not None]
    majority = Majority(validators=signers)
    text = f"The chain stands still: its newest block is {age_s} s old."
    if len(answering) < majority.sealing:
        return (
            f"{text} {len(answering)} nodes answer; {majority.sealing} of {signers} validators must run. "
            "Start the others."
        )
    heads = {node.block_hash for node in answering}
    if len(heads) > 1:
        return (
            f"{text} The nodes stand on {len(heads)} branches that wait for each other. On the nodes of the "
            "shorter one run `riskmesh chain network rejoin`."
        )
    return f"{text} All nodes have the same block; check their peers and that they seal (their logs say why)."
