"""`riskmesh chain`: puts a consortium's contracts on a chain, and checks what stands there."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from oracle.chain.bytecode import CodeCheck, check_code
from oracle.chain.connection import open_connection
from oracle.chain.deploy.deployer_key import forget, read_signer, throwaway_signer
from oracle.chain.deploy.deploying import Deployment, throwaway_key_path
from oracle.chain.deploy.parameters import read_parameters
from oracle.chain.deployment import DeploymentRecord, read_record
from oracle.chain.errors import CodeDiffers
from oracle.chain.founders import read_founders
from oracle.chain.lane import LaneSettings
from oracle.chain.rebuilding import rebuild
from oracle.cli import network, reorganisation, validators
from oracle.cli.command import Session, command, group
from oracle.cli.printing import Sheet, facts, print_json, shown
from oracle.config.environment import read_environment

app = group(about="Deploy a consortium's contracts, and check the ones that are deployed.")
app.add_typer(network.app, name="network")
app.add_typer(validators.app)
app.add_typer(reorganisation.app)

Rpc = Annotated[list[str], typer.Option(help="Address of a node; may be given several times.")]
Record = Annotated[Path, typer.Option(help="The deployment record.", dir_okay=False)]


@command(
    app,
    "deploy",
    example="riskmesh chain deploy --rpc http://127.0.0.1:8545 --founders founders.json",
    failure="The contracts are not deployed, or not completely. Run the same command again to continue.",
)
async def deploy(  # noqa: PLR0917 - every parameter is an option by name
    session: Session,
    rpc: Rpc,
    founders: Annotated[Path, typer.Option(help="Applications of the founding members.", dir_okay=False)],
    deployment: Record = Path("deployment.json"),
    parameters: Annotated[
        Path | None, typer.Option(help="TOML file over the default parameters.", dir_okay=False)
    ] = None,
    deployer_key_file: Annotated[
        Path | None,
        typer.Option(help="Keystore V3 or hexadecimal key; without it a key of its own, where gas is free."),
    ] = None,
) -> None:
    """Deploy the contracts, found the consortium, hand all roles over; continues where it stopped."""
    applications, decided = read_founders(founders), read_parameters(parameters)
    own_key = throwaway_key_path(deployment)
    if deployer_key_file is None:
        signer, settings = throwaway_signer(own_key), LaneSettings(gas_price_wei=0)
    else:
        signer, settings = read_signer(deployer_key_file, read_environment().passphrase), LaneSettings()
    async with open_connection(rpc) as connection:
        record = await Deployment(
            connection=connection,
            signer=signer,
            founders=applications,
            parameters=decided,
            record_path=deployment,
            lane_settings=replace(settings, poll_s=0.25),
            tell=lambda step: session.note(f"Step {step}"),
        ).run()
    forget(own_key)  # it holds no role any more
    if session.json:
        print_json(session.out, _summary(record, deployment))
    else:
        _print_record(session, record, deployment)


@command(
    app,
    "verify",
    example="riskmesh chain verify --rpc http://127.0.0.1:8545 --deployment deployment.json",
    failure="The contracts on the chain are not those of these sources.",
)
async def verify(session: Session, rpc: Rpc, deployment: Record = Path("deployment.json")) -> None:
    """Compile the contracts from this checkout and compare them with the chain; takes a minute."""
    record = read_record(deployment)
    async with open_connection(rpc) as connection:
        await connection.verify_chain(record)
        session.note("Compiling the contracts")
        compiled = await asyncio.to_thread(rebuild)
        checks = await check_code(connection, record, compiled)
    if session.json:
        print_json(session.out, checks)
    else:
        _print_checks(session, checks)
    differing = [check.contract for check in checks if not check.matches]
    if differing:
        raise CodeDiffers(f"Not built from these sources: {', '.join(differing)}; check out their version")


def _summary(record: DeploymentRecord, path: Path) -> dict[str, object]:
    return {
        "deployment": str(path),
        "chain_id": record.chain_id,
        "block": record.block,
        "contracts": {name: contract.address for name, contract in record.contracts.items()},
    }


def _print_record(session: Session, record: DeploymentRecord, path: Path) -> None:
    sheet = Sheet("Contract", "Address")
    for name, contract in record.contracts.items():
        sheet.row(name, contract.address)
    sheet.print(session.out)
    facts(session.out, ("Chain", str(record.chain_id)), ("Record", str(path)))


def _print_checks(session: Session, checks: tuple[CodeCheck, ...]) -> None:
    sheet = Sheet("Contract", "Address", "Code")
    for check in checks:
        sheet.row(
            check.contract, check.address, shown(check.finding, style="green" if check.matches else "red")
        )
    sheet.print(session.out)
