"""How a private network is shown."""

from collections.abc import Sequence

from rich.console import Console

from oracle.chain.network.consensus import Clique
from oracle.chain.network.folder import NetworkRecord
from oracle.chain.network.running import NodeHealth, RunningNetwork, calls
from oracle.chain.network.validators import Majority
from oracle.cli.printing import Cell, Sheet, facts, shown
from oracle.domain.errors import Transient
from oracle.domain.ids import Address


async def signers_now(network: RunningNetwork) -> tuple[Address, ...]:
    """Who may seal, from the first node that answers; the founders while none does."""
    for node in network.record.nodes:
        try:
            async with calls(node.rpc) as asked:
                return await Clique(asked).validators()
        except Transient:
            continue
    return tuple(node.account for node in network.record.nodes[: network.record.founders])


def print_network(
    out: Console,
    record: NetworkRecord,
    nodes: Sequence[NodeHealth],
    signers: Sequence[Address],
    wrong: Sequence[str],
) -> None:
    majority = Majority(validators=len(signers))
    facts(
        out,
        ("Chain", f"{record.chain_id}, a block every {record.period_s} s, no fees"),
        ("Validators", f"{len(signers)}; {majority.sealing} must run, {majority.may_fail} may fail"),
        ("Final after", f"{majority.finality} blocks: [protocol] finality_depth of a deployment"),
    )
    sheet = Sheet("Node", "Addresses", "#Block", "#Age s", "#Peers", "Seals as", "")
    for node in nodes:
        sheet.row(
            *(node.name, f"{node.rpc}\n{node.ws}", node.block, node.block_age_s, node.peers),
            node.validator if node.validator in signers else shown("follows", style="dim"),
            _state(node),
        )
    sheet.print(out)
    for problem in wrong:
        out.print(shown(f"! {problem}", style="yellow"))


def _state(node: NodeHealth) -> Cell:
    if not node.running:
        return shown("stopped", style="red")
    return shown("no answer", style="red") if node.block is None else shown("runs", style="green")
