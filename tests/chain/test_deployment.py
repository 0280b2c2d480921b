"""Deploying a consortium on real chains: once, again, and across crashes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import pytest

from oracle.chain.connection import ChainConnection, Patience, open_connection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deploy.context import DeployContext
from oracle.chain.deploy.deploying import Deployment
from oracle.chain.deploy.steps import Step, load_steps
from oracle.chain.deployment import CONTRACT_NAMES, DeploymentRecord, read_record
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import DeploymentUnfinished, RolesNotHandedOver, UnfundedAccount, WrongChain
from oracle.chain.lane import LaneSettings
from oracle.chain.node import LATEST
from oracle.domain.ids import MemberId

Deploying = Callable[[ChainConnection], Deployment]
AskChain = Callable[..., Awaitable[object]]

FUNDED_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""First development account of every Anvil."""
NO_FEES = ("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee")


class RunningChain(Protocol):
    @property
    def url(self) -> str: ...


StartAnvil = Callable[..., RunningChain]


async def _expect_consortium(connection: ChainConnection, record: DeploymentRecord) -> None:
    contracts = bindings(record)
    assert await contracts.registry.member_count(connection, block=LATEST) == 3
    assert await contracts.registry.founding_closed(connection, block=LATEST)
    assert (await contracts.credits.totals(connection, block=LATEST)).granted == 3000
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
    ask_chain: AskChain,
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


async def test_deploy__founders_changed_halfway__is_refused(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    with pytest.raises(_Crash):
        await replace(deployment_of(connection), steps=_crashing_after(load_steps(), 1)).run()
    deployment = deployment_of(connection)

    with pytest.raises(DeploymentUnfinished, match="other founders or parameters"):
        await replace(deployment, founders=deployment.founders[:2]).run()


async def test_deploy__another_deployer_halfway__is_refused(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    with pytest.raises(_Crash):
        await replace(deployment_of(connection), steps=_crashing_after(load_steps(), 1)).run()

    with pytest.raises(DeploymentUnfinished, match="begun by account"):
        await replace(deployment_of(connection), signer=AccountSigner(b"\x05" * 32)).run()


async def test_deploy__another_chain_halfway__is_refused(
    connection: ChainConnection,
    deployment_of: Deploying,
    start_anvil: StartAnvil,
    impatient: Patience,
) -> None:
    with pytest.raises(_Crash):
        await replace(deployment_of(connection), steps=_crashing_after(load_steps(), 1)).run()
    other = start_anvil("--chain-id", "77")

    async with open_connection([other.url], impatient) as elsewhere:
        with pytest.raises(DeploymentUnfinished, match="another chain"):
            await deployment_of(elsewhere).run()


async def test_deploy__record_of_somebody_else__is_not_overwritten(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    deployment = deployment_of(connection)
    await deployment.run()
    deployment.progress_path.unlink()

    with pytest.raises(DeploymentUnfinished, match="records another deployment"):
        await deployment_of(connection).run()


async def test_deploy__roles_kept_by_the_deployer__is_noticed_at_the_end(
    connection: ChainConnection, deployment_of: Deploying
) -> None:
    without_handover = tuple(step for step in load_steps() if step.name != "0006_handover")

    with pytest.raises(RolesNotHandedOver, match="the deployer holds the role 'admin' of ConsortiumTimelock"):
        await replace(deployment_of(connection), steps=without_handover).run()


async def test_deploy__chain_with_fees_and_a_funded_key__pays_them(
    start_anvil: StartAnvil, deployment_of: Deploying, impatient: Patience
) -> None:
    with_fees = start_anvil()
    async with open_connection([with_fees.url], impatient) as connection:
        deployment = replace(
            deployment_of(connection),
            signer=AccountSigner(FUNDED_KEY),
            lane_settings=LaneSettings(poll_s=0.02),
        )

        record = await deployment.run()

        await _expect_consortium(connection, record)


async def test_deploy__chain_with_fees_and_no_funds__says_what_to_do(
    start_anvil: StartAnvil, deployment_of: Deploying, impatient: Patience
) -> None:
    with_fees = start_anvil()
    async with open_connection([with_fees.url], impatient) as connection:
        with pytest.raises(UnfundedAccount, match="fund it"):
            await deployment_of(connection).run()


@pytest.mark.ganache
async def test_deploy__ganache__founds_the_same_consortium(
    ganache: RunningChain, deployment_of: Deploying, impatient: Patience
) -> None:
    async with open_connection([ganache.url], impatient) as connection:
        with pytest.raises(_Crash):
            await replace(deployment_of(connection), steps=_crashing_after(load_steps(), 2)).run()

        record = await deployment_of(connection).run()

        await connection.verify_chain(record)
        await _expect_consortium(connection, record)


async def test_verify_chain__another_chain_id__is_refused(
    record: DeploymentRecord, start_anvil: StartAnvil, impatient: Patience
) -> None:
    other = start_anvil("--chain-id", "77")
    async with open_connection([other.url], impatient) as elsewhere:
        with pytest.raises(WrongChain, match="serves chain 77, not 31337"):
            await elsewhere.verify_chain(record)


async def test_verify_chain__another_genesis__is_refused(
    record: DeploymentRecord, start_anvil: StartAnvil, impatient: Patience
) -> None:
    other = start_anvil("--timestamp", "1700000000")
    async with open_connection([other.url], impatient) as elsewhere:
        with pytest.raises(WrongChain, match="genesis"):
            await elsewhere.verify_chain(record)


async def test_verify_chain__other_code_at_an_address__is_refused(
    connection: ChainConnection, record: DeploymentRecord, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_setCode", record.address_of("QueryLedger"), "0x6000")

    with pytest.raises(WrongChain, match=r"other code at .* where QueryLedger should be"):
        await connection.verify_chain(record)


async def test_verify_chain__no_code_at_an_address__is_refused(
    connection: ChainConnection, record: DeploymentRecord, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_setCode", record.address_of("CreditLedger"), "0x")

    with pytest.raises(WrongChain, match=r"no code at .* where CreditLedger should be"):
        await connection.verify_chain(record)


async def test_deploy__a_block_every_second__founds_in_the_order_of_the_file(
    *,
    start_anvil: StartAnvil,
    deployment_of: Deploying,
    impatient: Patience,
) -> None:
    slow = start_anvil("--block-time", "1", *NO_FEES)
    async with open_connection([slow.url], impatient) as connection:
        deployment = deployment_of(connection)

        record = await deployment.run()

        registry = bindings(record).registry
        members = [
            await registry.member_of(connection, founder.governance, block=LATEST)
            for founder in deployment.founders
        ]
        assert members == [1, 2, 3]
