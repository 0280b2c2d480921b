"""`riskmesh chain` as an operator runs it: another process, real chains, files on disk."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from oracle.domain.application import Application


class RunningChain(Protocol):
    url: str


class Founder(Protocol):
    application: Application


Run = Callable[..., subprocess.CompletedProcess[str]]

_PROGRAM = (
    "import sys; from oracle.cli.chain import app; from oracle.cli.failures import Ending; "
    "from oracle.cli.command import console\n"
    "with Ending(console(stderr=True)) as ending:\n"
    "    app(sys.argv[1:], standalone_mode=False)\n"
    "sys.exit(ending.code)"
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command group alone, so that no other room has to load."""

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-c", _PROGRAM, *arguments)
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - ours

    return start


@pytest.fixture
def founders_file(founders: tuple[Founder, ...], tmp_path: Path) -> Path:
    path = tmp_path / "founders.json"
    path.write_text(json.dumps({"version": 1, "founders": [_in_file(each.application) for each in founders]}))
    return path


def _in_file(application: Application) -> dict[str, object]:
    return {
        "version": 1,
        "name": application.name,
        "governance": application.governance,
        "operator": application.operator,
        "sealingSuite": application.sealing_suite,
        "sealingKey": "0x" + application.sealing_key.hex(),
        "oprfKey": "0x" + application.oprf_key.hex(),
        "oprfPossession": "0x" + application.oprf_possession.hex(),
        "endpoint": application.endpoint,
        "certificate": "0x" + application.certificate.hex(),
        "profileHash": "0x" + application.profile_hash.hex(),
    }


def test_deploy__twice_with_a_key_of_its_own__leaves_a_record_and_no_key(
    anvil: RunningChain, run: Run, founders_file: Path, tmp_path: Path
) -> None:
    arguments = ("deploy", "--rpc", anvil.url, "--founders", str(founders_file), "--json")

    first, second = run(*arguments), run(*arguments)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == second.stdout
    summary = json.loads(first.stdout)
    assert (summary["chain_id"], len(summary["contracts"])) == (31337, 9)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "deployment.json",
        "deployment.json.progress",
        "founders.json",
    ]


def test_deploy__for_people__shows_steps_and_contracts(
    anvil: RunningChain, run: Run, founders_file: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("0x" + "42" * 32)
    parameters = tmp_path / "parameters.toml"
    parameters.write_text("[governance]\nvoting_delay_s = 1\n")

    done = run(
        "deploy",
        "--rpc",
        anvil.url,
        "--founders",
        str(founders_file),
        "--parameters",
        str(parameters),
        "--deployer-key-file",
        str(key),
    )

    assert done.returncode == 0, done.stderr
    assert "0001_parameters" in done.stderr
    assert "ConsortiumGovernor" in done.stdout
    assert json.loads((tmp_path / "deployment.json").read_text())["parameters"]["voting_delay_s"] == 1
    assert "42" * 32 not in (tmp_path / "deployment.json.progress").read_text()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("nothing", "neither a keystore nor"),
        ("00" * 32, "neither a keystore nor"),
        ('{"version": 3}', "encrypted"),
        ("0x12", "neither a keystore nor"),
    ],
)
def test_deploy__unusable_key_file__asks_the_operator(
    *, run: Run, founders_file: Path, tmp_path: Path, key: str, expected: str
) -> None:
    path = tmp_path / "key"
    path.write_text(key)
    nowhere = "http://127.0.0.1:9"

    refused = run(
        "deploy", "--rpc", nowhere, "--founders", str(founders_file), "--deployer-key-file", str(path)
    )

    assert refused.returncode == 3
    assert expected in " ".join(refused.stderr.split())


def test_verify__record_of_another_chain__is_refused_before_compiling(
    anvil: RunningChain, run: Run, founders_file: Path, start_anvil: Callable[..., RunningChain]
) -> None:
    deployed = run("deploy", "--rpc", anvil.url, "--founders", str(founders_file))
    assert deployed.returncode == 0, deployed.stderr

    other = run("verify", "--rpc", start_anvil("--chain-id", "77").url)

    assert other.returncode == 3
    assert "chain 77" in " ".join(other.stderr.split())


@pytest.mark.slow
def test_verify__own_deployment__finds_every_contract_built_from_the_sources(
    anvil: RunningChain, run: Run, founders_file: Path
) -> None:
    run("deploy", "--rpc", anvil.url, "--founders", str(founders_file))

    verified = run("verify", "--rpc", anvil.url, "--json")

    assert verified.returncode == 0, verified.stderr
    checks = json.loads(verified.stdout)
    assert [check["matches"] for check in checks] == [True] * 10
