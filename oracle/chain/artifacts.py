"""The contracts' ABIs and bytecode as generated into the package, so that a daemon needs no compiler."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from oracle.chain.errors import BadArtifact
from oracle.crypto.keccak import keccak256


class Parameter(msgspec.Struct, frozen=True):
    """One input or output of the ABI; `components` for tuples."""

    type: str
    name: str = ""
    indexed: bool = False
    components: tuple["Parameter", ...] = ()

    @property
    def canonical(self) -> str:
        """The type as signatures spell it: tuples written out."""
        if not self.type.startswith("tuple"):
            return self.type
        inner = ",".join(component.canonical for component in self.components)
        return f"({inner}){self.type.removeprefix('tuple')}"


class Entry(msgspec.Struct, frozen=True):
    """One function, event or error of an ABI."""

    type: Literal["function", "event", "error", "constructor", "receive", "fallback"]
    name: str = ""
    inputs: tuple[Parameter, ...] = ()
    outputs: tuple[Parameter, ...] = ()
    anonymous: bool = False

    @property
    def signature(self) -> str:
        return f"{self.name}({','.join(parameter.canonical for parameter in self.inputs)})"

    @property
    def topic(self) -> bytes:
        """First topic of an event."""
        return keccak256(self.signature.encode())

    @property
    def selector(self) -> bytes:
        """First four bytes of a call or of an error's data."""
        return self.topic[:4]


class _File(msgspec.Struct):
    contract: str
    abi: tuple[Entry, ...]
    bytecode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A compiled contract."""

    contract: str
    abi: tuple[Entry, ...]
    bytecode: bytes
    """Creation code without constructor arguments."""

    def entries(self, kind: str) -> Sequence[Entry]:
        return tuple(entry for entry in self.abi if entry.type == kind)

    def function(self, name: str) -> Entry:
        return self._only("function", name)

    def event(self, name: str) -> Entry:
        return self._only("event", name)

    def constructor_types(self) -> tuple[str, ...]:
        found = self.entries("constructor")
        return tuple(parameter.canonical for parameter in found[0].inputs) if found else ()

    def _only(self, kind: str, name: str) -> Entry:
        """By name, or by full signature where a name is overloaded."""
        found = [entry for entry in self.entries(kind) if name in {entry.name, entry.signature}]
        if len(found) != 1:
            raise BadArtifact(
                f"The ABI of {self.contract} has {len(found)} {kind}s called {name}; "
                "regenerate it with tools/compile_contracts.py"
            )
        return found[0]


@cache
def load_artifact(contract: str) -> Artifact:
    """Raises BadArtifact when the package was built without it."""
    source = files("oracle.chain").joinpath("artifacts", f"{contract}.json")
    try:
        file = msgspec.json.decode(source.read_bytes(), type=_File)
        bytecode = bytes.fromhex(file.bytecode.removeprefix("0x"))
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise BadArtifact(
            f"The generated artifact of {contract} is missing or damaged; "
            "install the package again or run tools/compile_contracts.py"
        ) from error
    return Artifact(contract=contract, abi=file.abi, bytecode=bytecode)
