"""Compiles the contracts into the package as ABIs and bytecode, so that a daemon needs no compiler.

`--check` writes nothing and fails when the files in the package differ from what the sources give.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import solcx
from eth_utils.crypto import keccak

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "oracle" / "chain" / "artifacts"
SOLC_VERSION = "0.8.28"
SOURCES = {
    "AuditLedger": "contracts/audit/AuditLedger.sol",
    "ConsortiumGovernor": "contracts/governance/ConsortiumGovernor.sol",
    "ConsortiumTimelock": "contracts/governance/ConsortiumTimelock.sol",
    "CreditLedger": "contracts/accounts/CreditLedger.sol",
    "DatasetRegistry": "contracts/data/DatasetRegistry.sol",
    "MemberRegistry": "contracts/membership/MemberRegistry.sol",
    "ProposalRehearsal": "contracts/governance/ProposalRehearsal.sol",
    "ProtocolParameters": "contracts/governance/ProtocolParameters.sol",
    "QualityLedger": "contracts/quality/QualityLedger.sol",
    "QueryLedger": "contracts/queries/QueryLedger.sol",
    "SignatureProofs": "contracts/audit/SignatureProofs.sol",
}


class CompilationFailed(Exception):
    """The compiler refused a source; the message is its own."""


def compiler() -> Path:
    """A native solc of exactly the pinned version when there is one, else the npm compiler.

    FileNotFoundError says what to install when there is neither.
    """
    native = shutil.which("solc")
    if native is not None and solcx.wrapper.get_solc_version(native).base_version == SOLC_VERSION:
        return Path(native)
    if shutil.which("node") is None or not (ROOT / "node_modules" / "solc").is_dir():
        raise FileNotFoundError(
            f"no compiler: install Node 20 and run `npm ci`, or put solc {SOLC_VERSION} on PATH"
        )
    return ROOT / "tools" / "solc"


def standard_input(root: Path = ROOT) -> dict[str, Any]:
    """The compiler's input: everything that decides the bytecode, besides the imported sources."""
    return {
        "language": "Solidity",
        "sources": {path: {"content": (root / path).read_text()} for path in sorted(SOURCES.values())},
        "settings": {
            "evmVersion": "paris",
            "metadata": {"bytecodeHash": "none"},
            "optimizer": {"enabled": True, "runs": 200},
            "outputSelection": {
                "*": {
                    "*": [
                        "abi",
                        "evm.bytecode.object",
                        "evm.deployedBytecode.object",
                        "evm.deployedBytecode.immutableReferences",
                    ]
                }
            },
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
        },
    }


def artifacts(root: Path = ROOT) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and artifact of each contract.

    `immutableReferences` are (start, length) in bytes of the runtime code, where the constructor writes
    immutable values; `runtimeBytecode` has zeros there, and `runtimeCodeHashMasked` is its keccak256.
    """
    compiled = solcx.compile_standard(
        standard_input(root),
        base_path=str(root),
        allow_paths=str(root),
        solc_binary=compiler(),
    )
    problems = [e["formattedMessage"] for e in compiled.get("errors", ()) if e["severity"] == "error"]
    if problems:
        raise CompilationFailed("\n".join(problems))
    for name, path in SOURCES.items():
        yield name, _artifact(name, compiled["contracts"][path][name])


def _artifact(name: str, output: Mapping[str, Any]) -> dict[str, Any]:
    runtime = output["evm"]["deployedBytecode"]
    references = (
        (place["start"], place["length"])
        for places in runtime["immutableReferences"].values()
        for place in places
    )
    return {
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "contract": name,
        "immutableReferences": sorted(references),
        "runtimeBytecode": "0x" + runtime["object"],
        "runtimeCodeHashMasked": "0x" + keccak(hexstr=runtime["object"]).hex(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the files in the package are stale")
    check: bool = parser.parse_args().check
    stale = []
    for name, artifact in artifacts():
        path = ARTIFACTS / f"{name}.json"
        text = json.dumps(artifact, indent=1, sort_keys=True) + "\n"
        if path.exists() and path.read_text() == text:
            continue
        stale.append(path.name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale and check:
        print(
            f"Stale: {', '.join(stale)}. Run `python tools/compile_contracts.py` and commit what it writes."
        )
        return 1
    print(f"{len(SOURCES)} contracts compiled, {len(stale)} files {'stale' if check else 'written'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
