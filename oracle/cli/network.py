"""`riskmesh chain network`: a private proof-of-authority network on this machine, as processes of its own."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from oracle.chain.network.client import find_client
from oracle.chain.network.diagnosis import problems
from oracle.chain.network.errors import NetworkExists
from oracle.chain.network.folder import NetworkFolder, NetworkRecord
from oracle.chain.network.making import NetworkPlan, add_node, make_network
from oracle.chain.network.rejoining import rejoin as give_up_own_end
from oracle.chain.network.running import NodeHealth, RunningNetwork, calls
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.network_report import print_network, signers_now
from oracle.cli.printing import counted, print_json

app = group(about="Run a private proof-of-authority network on this machine, for tests and rehearsals.")

Folder = Annotated[Path, typer.Option("--network", help="Folder of the network.", file_okay=False)]
Client = Annotated[
    Path | None, typer.Option(help="The client's program; without it the PATH and the cache are searched.")
]
Names = Annotated[list[str] | None, typer.Argument(help="Nodes by name, say node2; all without.")]
HERE = Path("network")


def opened(folder: Path) -> RunningNetwork:
    """Raises NetworkMissing."""
    place = NetworkFolder(folder.absolute())
    return RunningNetwork(folder=place, record=place.read())


@command(
    app,
    "client",
    example="riskmesh chain network client",
    failure="A private network cannot run on this machine.",
)
def client_program(session: Session, client: Client = None) -> None:
    """Say which client would run, or how to get one."""
    session.say(str(find_client(client)))


@command(
    app,
    "up",
    example="riskmesh chain network up --validators 4",
    failure="The network does not run.",
)
async def up(  # noqa: PLR0917 - every parameter is an option by name
    session: Session,
    network: Folder = HERE,
    validators: Annotated[int, typer.Option(min=1, max=25, help="Nodes that seal.")] = 4,
    period: Annotated[int, typer.Option(min=1, max=60, help="Seconds between blocks.")] = 2,
    chain_id: Annotated[int, typer.Option(min=1)] = NetworkPlan().chain_id,
    client: Client = None,
) -> None:
    """Make a network if there is none, start its nodes in the background, and say where they answer."""
    found, place = find_client(client), NetworkFolder(network.absolute())
    if place.exists:
        record = place.read()
        if (record.founders, record.period_s, record.chain_id) != (validators, period, chain_id):
            raise NetworkExists(
                f"{place.root} holds a network of {record.founders} validators, a block every "
                f"{record.period_s} s, chain {record.chain_id}; repeat these, or wipe it first"
            )
    else:
        session.note("Making keys and the first block")
        plan = NetworkPlan(validators=validators, period_s=period, chain_id=chain_id)
        record = make_network(place, plan, found)
    running = RunningNetwork(folder=place, record=record)
    await running.start(found)
    await _show(session, running)


@command(
    app, "status", example="riskmesh chain network status", failure="The state of the network is not known."
)
async def status(session: Session, network: Folder = HERE) -> None:
    """Each node's block, its age and peers, and what is wrong."""
    await _show(session, opened(network))


@command(
    app,
    "start",
    example="riskmesh chain network start node2",
    failure="Not every node runs.",
)
async def start(session: Session, names: Names = None, network: Folder = HERE, client: Client = None) -> None:
    """Start nodes that were stopped, or that ended."""
    running = opened(network)
    await running.start(find_client(client), names or ())
    await _show(session, running)


@command(app, "stop", example="riskmesh chain network stop node2", failure="A node may still run.")
def stop(
    session: Session,
    names: Names = None,
    network: Folder = HERE,
    kill: Annotated[bool, typer.Option("--kill", help="SIGKILL, as a power cut would.")] = False,
) -> None:
    """Stop nodes; their chain stays."""
    number = signal.SIGKILL if kill else signal.SIGTERM
    stopped = opened(network).stop(names or (), number)
    session.say(f"Stopped: {', '.join(node.name for node in stopped) or 'nothing ran'}")


@command(app, "wipe", example="riskmesh chain network wipe --yes", failure="The network is still there.")
def wipe(
    session: Session,
    network: Folder = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="Its chain and keys are lost.")] = False,
) -> None:
    """Stop the network and remove it with its chain and keys."""
    if not yes:
        raise UsageWrong("The chain and the validators' keys would be lost; say --yes")
    running = opened(network)
    running.wipe()
    session.say(f"Removed the network in {running.folder.root}")


@command(app, "add", example="riskmesh chain network add", failure="The node was not added.")
async def add(session: Session, network: Folder = HERE, client: Client = None) -> None:
    """One more node, which follows; it seals once the validators have voted for it."""
    found, before = find_client(client), opened(network)
    record = add_node(before.folder, before.record, found)
    new = record.nodes[-1]
    await RunningNetwork(folder=before.folder, record=record).start(found, [new.name])
    if session.json:
        print_json(session.out, new)
    else:
        session.say(f"{new.name} follows at {new.rpc} and {new.ws}; its validator is {new.validator}")


@command(
    app,
    "rejoin",
    example="riskmesh chain network rejoin --rpc http://127.0.0.1:8545 --other http://127.0.0.1:8546",
    failure="The node keeps its branch.",
)
async def rejoin(
    session: Session,
    rpc: Annotated[str, typer.Option(help="Your own node, which gives up its end of the chain.")],
    other: Annotated[str, typer.Option(help="A node of the other half.")],
    still: Annotated[float, typer.Option(help="Seconds that the chain must have stood still.")] = 30.0,
) -> None:
    """After a partition: end a standstill by taking over the other half's end of the chain."""
    async with calls(rpc) as own, calls(other) as theirs:
        given_up = await give_up_own_end(own, theirs, still_s=still)
    if session.json:
        print_json(session.out, given_up)
    else:
        session.say(
            f"Back at block {given_up.common}; {counted(given_up.dropped, 'block')} dropped. "
            "This node follows the other's branch and seals again."
        )


async def _show(session: Session, network: RunningNetwork) -> None:
    nodes = await network.health()
    signers = await signers_now(network)
    wrong = problems(nodes, signers=len(signers), period_s=network.record.period_s)
    if session.json:
        print_json(session.out, _summary(network.record, nodes, wrong))
    else:
        print_network(session.out, network.record, nodes, signers, wrong)


def _summary(
    record: NetworkRecord, nodes: tuple[NodeHealth, ...], wrong: tuple[str, ...]
) -> dict[str, object]:
    return {
        "chain_id": record.chain_id,
        "consensus": record.consensus,
        "period_s": record.period_s,
        "nodes": nodes,
        "problems": wrong,
    }
