"""Handlers of what is governed: parameters, proposals by names, this member's keys and its departure."""

from oracle.api.governing_schema import (
    KeyList,
    KeyPath,
    Leave,
    MoveEndpoint,
    OrderParameters,
    ParameterList,
    ProposeCalls,
    RotateKey,
    RotateOperator,
)
from oracle.api.ports import Services
from oracle.api.schema import Body, Parameters, ProposalPath
from oracle.domain.reports import (
    Departed,
    GovernanceOrder,
    Moved,
    ProposalDetails,
    ProposalLine,
    RotationReport,
)


async def list_parameters(services: Services, _: Parameters, __: Body) -> ParameterList:
    return ParameterList(parameters=await services.governance.parameters())


async def show_proposal(services: Services, parameters: ProposalPath, _: Body) -> ProposalDetails:
    return await services.governance.proposal(parameters.proposal_id)


async def propose(services: Services, _: Parameters, body: ProposeCalls) -> ProposalLine:
    return await services.governance.propose([each.call() for each in body.calls], title=body.title)


async def list_keys(services: Services, _: Parameters, __: Body) -> KeyList:
    return KeyList(keys=await services.keys.keys())


async def order_operator(services: Services, parameters: OrderParameters, _: Body) -> GovernanceOrder:
    return await services.keys.order_operator(grace_s=parameters.grace_s)


async def rotate_operator(services: Services, _: Parameters, body: RotateOperator) -> RotationReport:
    return await services.keys.rotate_operator(
        version=body.version, grace_s=body.grace_s, authorization=bytes.fromhex(body.authorization[2:])
    )


async def rotate_key(services: Services, parameters: KeyPath, body: RotateKey) -> RotationReport:
    return await services.keys.rotate(parameters.kind, grace_s=body.grace_s)


async def move_endpoint(services: Services, _: Parameters, body: MoveEndpoint) -> Moved:
    return await services.keys.move(body.endpoint)


async def order_departure(services: Services, _: Parameters, __: Body) -> GovernanceOrder:
    return await services.keys.order_departure()


async def leave(services: Services, _: Parameters, body: Leave) -> Departed:
    return await services.keys.leave(bytes.fromhex(body.authorization[2:]))
