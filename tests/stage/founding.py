"""What a deployment and a registration leave behind, without a deployment and without a registry."""

import tempfile
from functools import cache
from pathlib import Path

from stage.ledger import FactChain

from oracle.chain import facts
from oracle.chain.applications import possession_context
from oracle.chain.deployment import CONTRACT_NAMES, DeployedContract, DeploymentRecord
from oracle.chain.quantities import checksummed
from oracle.cli.institution import configuration_values
from oracle.config.loading import parse_settings
from oracle.config.settings import Settings
from oracle.config.template import render
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import create_key_files, open_governance
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.domain.ids import Address, BlockNumber, Credits, KeyVersion, MemberId
from oracle.store.database import Database

NAMES = ("Asker", "North", "South")
PASSPHRASE = "opens keys of tests"


@cache
def keys_of(name: str) -> tuple[Keyring, Address]:
    """A member's keyring and its governance account; the same for all tests, because files cost scrypt."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        create_key_files(keys, PASSPHRASE, common_name=name, work_factor=2)
        return open_keyring(keys, PASSPHRASE), open_governance(keys, PASSPHRASE).address


_EMPTY_STORE: list[bytes] = []


async def open_store(path: Path) -> Database:
    """A new store; its schema is copied, because every step of it waits for the disk."""
    url = f"sqlite+aiosqlite:///{path}"
    if not _EMPTY_STORE:
        first = await Database.open(url)
        await first.close()
        _EMPTY_STORE.append(_read(path))
    _write(path, _EMPTY_STORE[0])
    return await Database.open(url)


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def record() -> DeploymentRecord:
    """Addresses that no contract stands at: nobody asks."""
    contracts = {
        name: DeployedContract(address=checksummed(keccak256(name.encode())[:20]), code_hash=bytes(32))
        for name in CONTRACT_NAMES
    }
    return DeploymentRecord(
        chain_id=31337,
        genesis_hash=bytes(32),
        block=BlockNumber(1),
        contracts=contracts,
        names=NAMES,
        parameters={},
        steps={},
    )


def settings(home: Path, name: str) -> Settings:
    values = configuration_values(
        name=name,
        endpoint="https://127.0.0.1:1443",
        listen="127.0.0.1:1443",
        rpc=["http://127.0.0.1:1"],
        deployment="deployment.json",
        passphrase_file=None,
        api_listen=None,
        private_endpoints=True,
    )
    # Ratings do not wait for each other: tests that have not many see them leave at once.
    return parse_settings(render({**values, "policy.rate_together": 1}), path=home / "riskmesh.toml")


def join_registry(chain: FactChain, me: MemberId, name: str, keyring: Keyring, governance: Address) -> None:
    """What the registry says of a founder, and its grant."""
    first = KeyVersion(1)
    operator, certificate = keyring.operator_address(), keyring.certificate
    sealing, oprf = keyring.sealing_public(), keyring.oprf_public()
    possession = keyring.prove_possession(possession_context(governance))
    chain.happen(
        lambda at: facts.MemberAdmitted(
            at=at, member_id=me, governance=governance, operator=operator, activates_at=0
        ),
        lambda at: facts.OperatorRotated(at=at, member_id=me, version=first, operator=operator),
        lambda at: facts.SealingKeyRotated(at=at, member_id=me, version=first, suite=1, key=sealing),
        lambda at: facts.OprfKeyRotated(at=at, member_id=me, version=first, key=oprf, possession=possession),
        lambda at: facts.EndpointSet(
            at=at,
            member_id=me,
            endpoint="https://127.0.0.1:1443",
            tls_fingerprint=keccak256(certificate),
            certificate=certificate,
        ),
        lambda at: facts.ProfileSet(at=at, member_id=me, profile_hash=keccak256(name.encode())),
        lambda at: facts.MemberActivated(at=at, member_id=me),
        lambda at: facts.Granted(at=at, member_id=me, amount=Credits(1_000_000)),
    )
