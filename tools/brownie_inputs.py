"""What brownie deploys from, as JSON: parameters, roles, and members with keys made for this run."""

import secrets
import sys
import time
from pathlib import Path

import msgspec

from oracle.api.governance_schema import application_file
from oracle.chain.applications import possession_context
from oracle.chain.contracts import roles
from oracle.chain.deploy.handover import ADMINISTERED, GRANTS
from oracle.chain.deploy.parameters import parse_parameters
from oracle.crypto import tls, voprf
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer, generate_signing_key
from oracle.domain.application import Application

NAMES = ("Bank A", "Bank B", "Bank C", "Newcomer")
PARAMETERS = {
    "governance": {"voting_delay_s": 1, "voting_period_s": 60, "timelock_delay_s": 5},
    "protocol": {"activation_delay_s": 2},
}
"""Seconds where a real consortium has days."""


def _member(name: str) -> dict[str, object]:
    governance, operator, oprf = generate_signing_key(), generate_signing_key(), voprf.generate_key()
    account = Signer(governance).address
    application = Application(
        name=name,
        governance=account,
        operator=Signer(operator).address,
        sealing_suite=1,
        sealing_key=SealingKey(secrets.token_bytes(32)).public,
        oprf_key=voprf.public_key(oprf),
        oprf_possession=prove_possession(oprf, possession_context(account)),
        endpoint=f"https://{name.rsplit(maxsplit=1)[-1].lower()}.example:8443",
        certificate=tls.create_certificate(secrets.token_bytes(32), name),
        profile_hash=keccak256(name.encode()),
    )
    return {
        "application": application_file(application),
        "governance_key": "0x" + governance.hex(),
        "operator_key": "0x" + operator.hex(),
    }


def inputs() -> dict[str, object]:
    parameters = parse_parameters(PARAMETERS, "brownie")
    return {
        # A block of a chain that was just started may be a second younger than this moment.
        "declarations": parameters.declarations(int(time.time()) - 60),
        "governance": dict(parameters.governance),
        "grants": [
            {"contract": grant.contract, "role": "0x" + roles.ALL[grant.role].hex(), "holder": grant.holder}
            for grant in GRANTS
            if grant.by_deployer
        ],
        "administered": ADMINISTERED,
        "members": [_member(name) for name in NAMES],
    }


def main() -> None:
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # uint256 bounds do not fit JSON integers everywhere: they are written as text.
    path.write_bytes(msgspec.json.format(msgspec.json.encode(_texts(inputs()))))


def _texts(value: object) -> object:
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


if __name__ == "__main__":
    main()
