"""Calls given by names, encoded and put into the words under which they are voted on."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from oracle.chain.calls import Contract
from oracle.chain.contracts.consortium_governor import Motion
from oracle.chain.errors import BadArtifact
from oracle.domain.errors import Refused
from oracle.domain.reports import ProposedCall
from oracle.governing.abi_text import encoded
from oracle.governing.wording import Wording

MAX_CALLS = 20


class CallUnknown(Refused):
    """A proposal names a contract or function that the consortium does not have."""

    code: ClassVar[str] = "call_unknown"


def motion_of(
    calls: Sequence[ProposedCall],
    title: str,
    *,
    contracts: Mapping[str, Contract],
    wording: Wording,
    block: int,
) -> Motion:
    """What is put to the vote. The block makes the description, and so the proposal, one of its own.

    Raises `CallUnknown` or `ArgumentWrong`.
    """
    targets, calldatas = [], []
    for call in calls:
        contract = contracts.get(call.contract)
        if contract is None:
            raise CallUnknown(f"There is no contract '{call.contract}'. Known: {', '.join(contracts)}.")
        try:
            entry = contract.artifact.function(call.function)
        except BadArtifact as error:
            raise CallUnknown(
                f"{call.contract} has no one function '{call.function}'. An overloaded one is named with the "
                "types of its arguments, e.g. 'quorumNumerator()'."
            ) from error
        targets.append(contract.address)
        calldatas.append(encoded(entry, call.arguments))
    lines = [wording.call(target, data).words for target, data in zip(targets, calldatas, strict=True)]
    words = title or _sentence("; ".join(lines))
    return Motion(
        targets=tuple(targets), calldatas=tuple(calldatas), description=f"{words} (proposed at block {block})"
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
