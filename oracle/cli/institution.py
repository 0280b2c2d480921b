"""Makes what an institution starts from: folders, keys, configuration and application; overwrites nothing."""

from pathlib import Path

import msgspec

from oracle.api.governance_schema import application_file
from oracle.chain.applications import possession_context
from oracle.cli.errors import AlreadyInitialised, UsageWrong
from oracle.config.passphrase import Passphrase
from oracle.config.settings import Settings
from oracle.config.template import Value
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import create_key_files, open_governance
from oracle.crypto.keyring import open_keyring
from oracle.domain.application import Application

APPLICATION_NAME = "application.json"
SEALING_SUITE = 1
_FOLDER_MODE = 0o700


def configuration_values(
    *,
    name: str,
    endpoint: str,
    listen: str,
    rpc: list[str] | None,
    deployment: str,
    passphrase_file: Path | None,
    api_listen: str | None,
    private_endpoints: bool,
) -> dict[str, Value]:
    """The settings that differ from the defaults, by their full names."""
    values: dict[str, Value] = {
        "member.name": name,
        "chain.rpc": rpc or ["http://127.0.0.1:8545"],
        "chain.deployment": deployment,
        "peer.listen": listen,
        "peer.endpoint": endpoint,
    }
    if private_endpoints:
        values["peer.allow_private_endpoints"] = True
    if passphrase_file is not None:
        values["keys.passphrase_file"] = str(passphrase_file.absolute())
    if api_listen is not None:
        values["api.listen"] = api_listen
        values["api.token_file"] = "run/api.token"
    return values


def refuse_existing(target: Path, settings: Settings) -> None:
    """Raises `AlreadyInitialised` when something of an institution is there."""
    keys = settings.keys.folder
    taken = [path for path in (target, settings.home / APPLICATION_NAME) if path.exists()]
    if keys.exists() and any(keys.iterdir()):
        taken.append(keys)
    if taken:
        raise AlreadyInitialised(
            f"{taken[0]} exists already, and nothing is overwritten. Choose another --home, or move it away."
        )


def create_institution(settings: Settings, passphrase: Passphrase, work_factor: int) -> Application:
    """Folders and keys; returns what the institution applies with."""
    try:
        for folder in (settings.home, settings.home / "data", settings.home / "run"):
            folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageWrong(f"Cannot make {settings.home}: {error.strerror}. Choose another --home.") from error
    create_key_files(
        settings.keys.folder, passphrase.text, common_name=settings.member.name, work_factor=work_factor
    )
    # What a restart will need is tried now, while nothing depends on it yet.
    keyring = open_keyring(settings.keys.folder, passphrase.text)
    governance = open_governance(settings.keys.folder, passphrase.text).address
    return Application(
        name=settings.member.name,
        governance=governance,
        operator=keyring.operator_address(),
        sealing_suite=SEALING_SUITE,
        sealing_key=keyring.sealing_public(),
        oprf_key=keyring.oprf_public(),
        oprf_possession=keyring.prove_possession(possession_context(governance)),
        endpoint=settings.peer.endpoint,
        certificate=keyring.certificate,
        profile_hash=keccak256(settings.member.name.encode()),
    )


def write_files(target: Path, configuration: str, application: Application) -> Path:
    """The configuration and, beside it, the application; returns where the latter is."""
    _write_new(target, configuration.encode(), mode=0o600)
    applied = target.parent / APPLICATION_NAME
    text = msgspec.json.format(msgspec.json.encode(application_file(application)), indent=2) + b"\n"
    _write_new(applied, text, mode=0o644)
    return applied


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(mode)
            file.write(content)
    except OSError as error:
        raise UsageWrong(f"Cannot write {path}: {error.strerror}. Choose another --home.") from error
