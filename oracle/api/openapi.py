"""Describes the interface as an OpenAPI 3.1 document, from the table of routes and the types it names."""

from typing import Any

import msgspec

from oracle.api.field_docs import describe_fields
from oracle.api.route_kinds import JsonRoute, Route, StreamRoute, UploadRoute
from oracle.api.routes import ROUTES
from oracle.api.schema import Body, Problem

API_VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"
_NDJSON = "application/x-ndjson"

_MEANINGS = {
    200: "Done",
    201: "Created",
    202: "Journalled; it will be carried out whatever happens to the daemon",
    400: "The request does not have the documented shape",
    401: "The token is missing or wrong (loopback only)",
    404: "Nothing is known under the identifier",
    409: "The rules say no",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    421: "The Host header does not name this machine (loopback only)",
    500: "A bug in the daemon",
    503: "Something outside is not reachable, or the daemon is not configured for this",
}

# `Any`: this file writes JSON Schema, whose shape is its own; nothing of it travels further in.
Json = dict[str, Any]


def openapi_document() -> Json:
    """The document, with keys in a stable order."""
    schemas = _schemas()
    parameters = {route.parameters.__name__ for route in ROUTES}
    paths: Json = {}
    for route in ROUTES:
        operation = _operation(route, schemas[route.parameters.__name__])
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Riskmesh local interface",
            "version": API_VERSION,
            "summary": "An institution's own interface to its daemon.",
            "description": (
                "Served on a Unix socket that only its owner can open, or on a loopback port to whoever "
                "shows the bearer token. Errors are problem documents whose `code` is explained in "
                "`docs/errors.md`."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://localhost", "description": "Over the Unix socket or the loopback port"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: schemas[name] for name in sorted(schemas) if name not in parameters},
        },
    }


def _schemas() -> Json:
    types: list[type] = [Problem]
    for route in ROUTES:
        types.append(route.parameters)
        if isinstance(route, JsonRoute):
            types.append(route.answer)
            if route.body is not Body:
                types.append(route.body)
        else:
            types.append(route.line)
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    describe_fields(schemas)
    return schemas


def _operation(route: Route, parameters: Json) -> Json:
    operation: Json = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.path.split("/")[2]],
        "responses": {**_success(route), **_problems(route)},
    }
    listed = [_parameter(route.path, name, schema, parameters) for name, schema in _fields(parameters)]
    if listed:
        operation["parameters"] = listed
    if isinstance(route, JsonRoute):
        if route.without_token:
            operation["security"] = []
        if route.body is not Body:
            operation["requestBody"] = _content(_reference(route.body), required=True)
    elif isinstance(route, UploadRoute):
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        operation["requestBody"] = _content(file, required=True, media="application/octet-stream")
    return operation


def _fields(parameters: Json) -> list[tuple[str, Json]]:
    return list(parameters["properties"].items())


def _parameter(path: str, name: str, schema: Json, parameters: Json) -> Json:
    in_path = f"{{{name}}}" in path
    described = dict(schema)
    description = described.pop("description", None)
    parameter: Json = {
        "name": name,
        "in": "path" if in_path else "query",
        "required": in_path or name in parameters["required"],
        "schema": described,
    }
    if description is not None:
        parameter["description"] = description
    return parameter


def _success(route: Route) -> Json:
    match route:
        case JsonRoute():
            status, content = route.status, _content(_reference(route.answer))
        case StreamRoute() | UploadRoute():
            status, content = 200, _content(_reference(route.line), media=_NDJSON)
    return {str(status): {"description": _MEANINGS[status], **content}}


def _problems(route: Route) -> Json:
    statuses = [400, 401, 409, 421, 500, 503]
    if isinstance(route, StreamRoute) or (isinstance(route, JsonRoute) and route.may_be_unknown):
        statuses.append(404)
    if isinstance(route, JsonRoute) and route.method == "POST":
        statuses += [413, 415]
    if isinstance(route, JsonRoute) and route.without_token:
        statuses = [421]
    return {
        str(status): {
            "description": _MEANINGS[status],
            **_content(_reference(Problem), media=_PROBLEM),
        }
        for status in sorted(statuses)
    }


def _reference(named: type) -> Json:
    return {"$ref": _REF.format(name=named.__name__)}


def _content(schema: Json, *, media: str = "application/json", required: bool | None = None) -> Json:
    content: Json = {"content": {media: {"schema": schema}}}
    if required is not None:
        content["required"] = required
    return content
