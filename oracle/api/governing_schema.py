"""The shapes of what is proposed, and of orders that a governance account signs."""

from typing import Annotated

from msgspec import Meta, Struct

from oracle.api.schema import Body, Parameters
from oracle.domain.reports import GovernanceOrder, KeyKind, KeyLine, ParameterLine, ProposedCall

MAX_CALLS = 20
_MAX_ARGUMENT = 8_192
_DAY_S = 86_400

Signature = Annotated[str, Meta(pattern="^0x([0-9a-fA-F]{2}){1,4096}$", max_length=8_194)]
GraceS = Annotated[int, Meta(ge=0, le=366 * _DAY_S)]


class CallInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call to be put to the vote, by names."""

    contract: Annotated[str, Meta(max_length=64)]
    """Name in the deployment record, e.g. `MemberRegistry`."""
    function: Annotated[str, Meta(max_length=256)]
    """Name, or signature where a name is overloaded."""
    arguments: Annotated[list[Annotated[str, Meta(max_length=_MAX_ARGUMENT)]], Meta(max_length=32)] = []
    """Decimal numbers, `true` or `false`, addresses and bytes as 0x hex, lists and tuples as JSON."""

    def call(self) -> ProposedCall:
        """The domain value."""
        return ProposedCall(contract=self.contract, function=self.function, arguments=tuple(self.arguments))


class ProposeCalls(Body, frozen=True, kw_only=True):
    """Puts calls of the consortium's contracts to the vote, carried out together or not at all."""

    calls: Annotated[list[CallInput], Meta(min_length=1, max_length=MAX_CALLS)]
    title: Annotated[str, Meta(max_length=500)] = ""
    """Made from the calls when empty."""


class ParameterList(Struct, frozen=True, kw_only=True):
    """Every governed number."""

    parameters: tuple[ParameterLine, ...]


class KeyList(Struct, frozen=True, kw_only=True):
    """All versions of this member's keys."""

    keys: tuple[KeyLine, ...]


class KeyPath(Parameters, frozen=True, kw_only=True):
    """Names one kind of key."""

    kind: KeyKind


class OrderParameters(Parameters, frozen=True, kw_only=True):
    """How long the replaced operator key counts."""

    grace_s: GraceS | None = None
    """Seconds; as long as the consortium allows when absent."""


class RotateKey(Body, frozen=True, kw_only=True):
    """Makes and registers the next key of a kind."""

    grace_s: GraceS | None = None
    """Seconds for which the replaced key counts; as long as the consortium allows when absent."""


class RotateOperator(Body, frozen=True, kw_only=True):
    """Carries out a signed order to rotate the operator key."""

    version: Annotated[int, Meta(ge=1)]
    grace_s: GraceS
    authorization: Signature
    """Of the governance account, over the EIP-712 `OperatorRotation`."""


class MoveEndpoint(Body, frozen=True, kw_only=True):
    """Registers another URL."""

    endpoint: Annotated[str, Meta(pattern="^https://", max_length=256)]


class Leave(Body, frozen=True, kw_only=True):
    """Carries out a signed order to leave for ever."""

    authorization: Signature
    """Of the governance account, over the EIP-712 `Departure`."""


class OrderFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`order.json`, version 1: an order on its way to the governance key, or, with a signature, back."""

    order: GovernanceOrder
    signature: Signature | None = None
    version: Annotated[int, Meta(ge=1, le=1)] = 1
