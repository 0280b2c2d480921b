"""The calls of the client about what is governed: proposals, parameters, this member's keys."""

from collections.abc import Sequence

from oracle.api.connection import Connection
from oracle.api.governing_schema import (
    CallInput,
    KeyList,
    Leave,
    MoveEndpoint,
    ParameterList,
    ProposeCalls,
    RotateKey,
    RotateOperator,
)
from oracle.domain.reports import (
    Departed,
    GovernanceOrder,
    KeyKind,
    KeyLine,
    Moved,
    ParameterLine,
    ProposalDetails,
    ProposalLine,
    ProposedCall,
    RotationReport,
)


class GoverningClient:
    """Satisfies `KeysService` and a part of `GovernanceService` of `oracle.api.ports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def parameters(self) -> tuple[ParameterLine, ...]:
        return (await self._connection.get("/v1/parameters", ParameterList)).parameters

    async def proposal(self, proposal_id: str) -> ProposalDetails:
        return await self._connection.get(f"/v1/proposals/{proposal_id}", ProposalDetails)

    async def propose(self, calls: Sequence[ProposedCall], *, title: str = "") -> ProposalLine:
        inputs = [
            CallInput(contract=call.contract, function=call.function, arguments=list(call.arguments))
            for call in calls
        ]
        body = ProposeCalls(calls=inputs, title=title)
        return await self._connection.post("/v1/proposals", ProposalLine, body=body)

    async def keys(self) -> tuple[KeyLine, ...]:
        return (await self._connection.get("/v1/keys", KeyList)).keys

    async def order_operator(self, *, grace_s: int | None = None) -> GovernanceOrder:
        parameters = {} if grace_s is None else {"grace_s": str(grace_s)}
        return await self._connection.get("/v1/keys/operator/order", GovernanceOrder, parameters=parameters)

    async def rotate_operator(self, *, version: int, grace_s: int, authorization: bytes) -> RotationReport:
        body = RotateOperator(version=version, grace_s=grace_s, authorization="0x" + authorization.hex())
        return await self._connection.post("/v1/keys/operator/rotate", RotationReport, body=body)

    async def rotate(self, kind: KeyKind, *, grace_s: int | None = None) -> RotationReport:
        body = RotateKey(grace_s=grace_s)
        return await self._connection.post(f"/v1/keys/rotate/{kind.value}", RotationReport, body=body)

    async def move(self, endpoint: str) -> Moved:
        return await self._connection.post("/v1/keys/endpoint", Moved, body=MoveEndpoint(endpoint=endpoint))

    async def order_departure(self) -> GovernanceOrder:
        return await self._connection.get("/v1/departure/order", GovernanceOrder)

    async def leave(self, authorization: bytes) -> Departed:
        body = Leave(authorization="0x" + authorization.hex())
        return await self._connection.post("/v1/departure", Departed, body=body)
