"""Deploying a consortium on real chains: once, again, and across crashes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deploy.context import DeployContext
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.steps import Step, load_steps
from oracle.chain.deployment import CONTRACT_NAMES, DeploymentRecord, read_record
from oracle.chain.errors import DeploymentUnfinished, WrongChain
from oracle.chain.lane import LaneSettings
from oracle.chain.node import LATEST
from oracle.domain.ids import MemberId
from oracle.chain.signing import AccountSigner

Deploying = Callable[[ChainConnection], Deployment]


async def _expect_consortium(connection: ChainConnection, record: DeploymentRecord) -> None:
    contracts = bindings(record)
    assert await contracts.registry.member_count(connection, block=LATEST) == 3
    assert await contracts.registry.founding_closed(connection, block=LATEST)
    assert await contracts.credits.total_granted(connection, block=LATEST) == 3000
    assert await contracts.credits.balance_of(connection, MemberId(2), block=LATEST) == 1000
    assert await contracts.timelock.minimum_delay_s(connection, block=LATEST) == 1
    assert await contracts.parameters.get(connection, "activation_delay_s", block=LATEST) == 2


async def test_deploy__fresh_anvil__founds_the_consortium_and_records_it(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    deployment = deployment_of(connection)

    record = await deployment.run()

    assert record == read_record(deployment.record_path)
    assert set(record.contracts) == set(CONTRACT_NAMES)
    assert record.steps == {step.name: "done" for step in load_steps()}
    await connection.verify_chain(record)
    await _expect_consortium(connection, record)


async def test_deploy__run_again_when_finished__sends_nothing(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    record = await deployment_of(connection).run()
    head = await connection.ask(lambda node: node.block_number())

    assert await deployment_of(connection).run() == record
    assert await connection.ask(lambda node: node.block_number()) == head


class _Crash(Exception):
    """Stands for the process being killed."""


def _crashing_after(steps: tuple[Step, ...], index: int) -> tuple[Step, ...]:
    async def crash(_: DeployContext) -> None:
        raise _Crash

    return (*steps[: index + 1], Step(name="9999_crash", run=crash))


@pytest.mark.parametrize("index", range(len(load_steps())))
async def test_deploy__crash_after_a_step__continues_with_the_same_contracts(
    connection: ChainConnection, deployment_of: Deploying, index: int
) -> None:
    steps = load_steps()
    with pytest.raises(_Crash):
        await replace(deployment_of(connection), steps=_crashing_after(steps, index)).run()

    record = await deployment_of(connection).run()

    await _expect_consortium(connection, record)


async def test_deploy__killed_between_sending_and_receipt__recognises_its_own_transaction(
    connection: ChainConnection,
    deployment_of: Deploying,
    ask_chain: Callable[..., object],
) -> None:
    await ask_chain("evm_setAutomine", False)
    deployment = deployment_of(connection)
    sent = await _kill_when_sent(deployment)
    await ask_chain("evm_setAutomine", True)
    await ask_chain("evm_mine")

    record = await deployment_of(connection).run()

    assert sent == 1
    await _expect_consortium(connection, record)


async def _kill_when_sent(deployment: Deployment) -> int:
    """Stops the deployment while its first transaction waits in the pool; its nonce."""
    import asyncio

    running = asyncio.ensure_future(deployment.run())
    while True:
        pending = await deployment.connection.ask(
            lambda node: node.nonce(deployment.signer.address, "pending")
        )
        if pending:
            break
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return pending
