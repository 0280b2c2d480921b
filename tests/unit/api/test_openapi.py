"""The document that describes the interface: complete, closed in itself, and the one in the repository."""

import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from oracle.api.openapi import Json, openapi_document
from oracle.api.routes import ROUTES
from oracle.config.settings import UnixSocket

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def nodes(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def as_json() -> object:
    return json.loads(json.dumps(openapi_document()))


def test_committed_document__compared_with_the_code__is_not_stale() -> None:
    assert json.loads(COMMITTED.read_text()) == as_json(), "run python tools/openapi.py"


def test_document__every_route__has_an_operation_with_its_own_name() -> None:
    paths = openapi_document()["paths"]
    names = {
        operation["operationId"]: (path, method)
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    assert sorted(names.values()) == sorted((route.path, route.method.lower()) for route in ROUTES)


def test_document__every_reference__resolves() -> None:
    document = openapi_document()
    known = document["components"]["schemas"]
    references = {node["$ref"] for node in nodes(document) if "$ref" in node}
    assert references
    assert {reference.removeprefix("#/components/schemas/") for reference in references} == set(known)


def test_document__path_parameters__are_all_declared() -> None:
    for path, operations in openapi_document()["paths"].items():
        named = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        for operation in operations.values():
            declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert declared == named


def test_document__request_bodies__take_no_unknown_fields() -> None:
    document = openapi_document()
    for operations in document["paths"].values():
        for operation in operations.values():
            schema = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            if schema is not None:
                name = schema["$ref"].rsplit("/", 1)[1]
                assert document["components"]["schemas"][name]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("schema", "field"),
    [("SubmitQuery", "case_reference"), ("HolderProgress", "latency_ms"), ("ProposalLine", "quorum")],
)
def test_document__a_documented_field__carries_its_sentence(schema: str, field: str) -> None:
    assert openapi_document()["components"]["schemas"][schema]["properties"][field]["description"]


async def test_served_document__fetched_from_the_daemon__equals_the_generated_one(served: UnixSocket) -> None:
    connector = aiohttp.UnixConnector(str(served.path))
    async with (
        aiohttp.ClientSession("http://localhost", connector=connector) as session,
        session.get("/v1/openapi.json") as response,
    ):
        assert await response.json() == as_json()
