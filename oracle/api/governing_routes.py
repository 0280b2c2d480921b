"""The routes of what is governed, a part of the one table in `routes`."""

from oracle.api import governing_handlers as handlers
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
from oracle.api.route_kinds import Route, get_json, post_json
from oracle.api.schema import Parameters, ProposalPath
from oracle.domain.reports import (
    Departed,
    GovernanceOrder,
    Moved,
    ProposalDetails,
    ProposalLine,
    RotationReport,
)

GOVERNING_ROUTES: tuple[Route, ...] = (
    get_json(
        "/v1/parameters",
        Parameters,
        ParameterList,
        handlers.list_parameters,
        summary="Every governed number, its bounds and what it is for",
    ),
    post_json(
        "/v1/proposals",
        Parameters,
        ProposeCalls,
        ProposalLine,
        handlers.propose,
        summary="Put calls of the consortium's contracts to the vote",
        status=201,
    ),
    get_json(
        "/v1/proposals/{proposal_id}",
        ProposalPath,
        ProposalDetails,
        handlers.show_proposal,
        summary="One proposal in words, and what it would do now",
    ),
    get_json("/v1/keys", Parameters, KeyList, handlers.list_keys, summary="This member's keys by version"),
    get_json(
        "/v1/keys/operator/order",
        OrderParameters,
        GovernanceOrder,
        handlers.order_operator,
        summary="Prepare the next operator key; what the governance account signs for it",
    ),
    post_json(
        "/v1/keys/operator/rotate",
        Parameters,
        RotateOperator,
        RotationReport,
        handlers.rotate_operator,
        summary="Rotate the operator key on a signed order",
    ),
    post_json(
        "/v1/keys/rotate/{kind}",
        KeyPath,
        RotateKey,
        RotationReport,
        handlers.rotate_key,
        summary="Make and register the next sealing key, OPRF key or certificate",
    ),
    post_json(
        "/v1/keys/endpoint",
        Parameters,
        MoveEndpoint,
        Moved,
        handlers.move_endpoint,
        summary="Register another endpoint",
    ),
    get_json(
        "/v1/departure/order",
        Parameters,
        GovernanceOrder,
        handlers.order_departure,
        summary="What the governance account signs to leave the consortium for ever",
    ),
    post_json(
        "/v1/departure",
        Parameters,
        Leave,
        Departed,
        handlers.leave,
        summary="Leave the consortium for ever on a signed order",
    ),
)
