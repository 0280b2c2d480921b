"""What a caller gets that is wrong, forged, enormous or gone: a problem document, never a failure of ours."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol

import aiohttp
import pytest

from oracle.api.limits import ApiLimits
from oracle.api.ports import Services
from oracle.api.server import serve
from oracle.config.settings import Loopback, SocketAddress, UnixSocket
from oracle.domain.errors import Broken, Misconfigured, Transient

MAX_BODY_BYTES = ApiLimits().body_bytes
SUBJECT = {"type": "phone", "value": "+4670"}
RATING = {"query_id": "q1", "index": 0, "holder": 2, "category": "telecom_fraud", "verdict": "confirmed"}
BALLOT = {"support": "for", "voter": "0x" + "1" * 40, "signature": "0x" + "2" * 130}


class WatchedRooms(Protocol):
    """What the rooms in memory show of their imports."""

    import_closed: asyncio.Event
    stored: dict[tuple[str, str], object]


@pytest.fixture
async def session(served: UnixSocket) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.UnixConnector(str(served.path))
    async with aiohttp.ClientSession("http://localhost", connector=connector) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/queries", {}),
        ("/v1/queries", {"subjects": []}),
        ("/v1/queries", {"subjects": "phone"}),
        ("/v1/queries", {"subjects": [SUBJECT] * 10_001}),
        ("/v1/queries", {"subjects": [{"type": "phone"}]}),
        ("/v1/queries", {"subjects": [{"type": "phone", "value": 4670}]}),
        ("/v1/queries", {"subjects": [{"type": "phone", "value": "+" * 1025}]}),
        ("/v1/queries", {"subjects": [SUBJECT | {"colour": "green"}]}),
        ("/v1/queries", {"subjects": [SUBJECT], "purpsoe": 1}),
        ("/v1/queries", {"subjects": [SUBJECT], "purpose": "1"}),
        ("/v1/queries", {"subjects": [SUBJECT], "purpose": True}),
        ("/v1/queries", {"subjects": [SUBJECT], "purpose": 65_536}),
        ("/v1/queries", {"subjects": [SUBJECT], "deadline_s": -1}),
        ("/v1/queries", {"subjects": [SUBJECT], "deadline_s": 10**30}),
        ("/v1/records/remove", {"subjects": [None]}),
        ("/v1/records/publish", {"force": True}),
        ("/v1/proposals/admit", {"application": {"version": 1, "name": "Bank D"}}),
        ("/v1/proposals/1/ballots", BALLOT | {"support": "perhaps"}),
        ("/v1/proposals/1/ballots", BALLOT | {"signature": "0x123"}),
        ("/v1/proposals/1/ballots", BALLOT | {"signature": BALLOT["signature"][:-1] + "\n"}),
        ("/v1/proposals/1/ballots", BALLOT | {"voter": BALLOT["voter"] + "\n"}),
        ("/v1/proposals/-1/carry", {}),
        ("/v1/credits/redeem", {"requesters": [0]}),
        ("/v1/ratings", RATING | {"category": "weather"}),
        ("/v1/ratings", RATING | {"verdict": "maybe"}),
        ("/v1/ratings", RATING | {"query_id": "../../etc"}),
        ("/v1/queries", []),
        ("/v1/queries", None),
    ],
)
async def test_json__wrong_shape__is_invalid(session: aiohttp.ClientSession, path: str, body: object) -> None:
    async with session.post(path, json=body) as response:
        problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["code"], problem["kind"]) == (400, "invalid_request", "usage")
    assert problem["message"]
    assert problem["action"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe",
        b'{"subjects": [' + b"[" * 100_000,
        b"\x00" * 100,
        b'{"subjects": NaN}',
        b'"\xed\xa0\x80"',
    ],
)
async def test_json__not_json_at_all__is_invalid(session: aiohttp.ClientSession, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post("/v1/queries", data=raw, headers=headers) as response:
        problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["code"]) == (400, "invalid_request")


async def test_problem__about_a_subject__does_not_repeat_its_value(session: aiohttp.ClientSession) -> None:
    body = {"subjects": [{"type": "phone", "value": ["+46701234567"]}]}
    async with session.post("/v1/queries", json=body) as response:
        assert "46701234567" not in await response.text()


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=ten", "limit=1&limit=2", "colour=green", "limit=%00"],
)
async def test_parameters__unusable__are_invalid(session: aiohttp.ClientSession, query: str) -> None:
    async with session.get(f"/v1/queries?{query}") as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, "invalid_request")


async def test_parameters__repeating_the_path__are_invalid(session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/queries/q1?query_id=q2") as response:
        assert response.status == 400


@pytest.mark.parametrize("query", ["", "format=xml", "format=csv&strict=perhaps", "format=csv&strict=yes%20"])
async def test_import__unusable_parameters__is_refused_before_the_file_is_read(
    session: aiohttp.ClientSession, query: str
) -> None:
    async with session.post(f"/v1/imports?{query}", data=b"phone,+4670\n") as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, "invalid_request")


async def test_json__larger_than_the_limit__is_too_large(session: aiohttp.ClientSession) -> None:
    raw = json.dumps({"subjects": [SUBJECT], "case_reference": "x" * MAX_BODY_BYTES}).encode()
    headers = {"Content-Type": "application/json"}
    async with session.post("/v1/queries", data=BytesIO(raw), headers=headers) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (413, "body_too_large")


async def test_import__larger_than_the_limit__is_taken(session: aiohttp.ClientSession) -> None:
    line = b"phone,+" + b"4" * 993 + b"\n"

    async def file() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // len(line) + 100):
            yield line

    async with session.post("/v1/imports?format=csv", data=file()) as response:
        last = json.loads((await response.read()).splitlines()[-1])
    assert last["summary"]["lines"] > MAX_BODY_BYTES // len(line)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream"]
)
async def test_json__declared_as_something_else__is_refused(
    session: aiohttp.ClientSession, kind: str
) -> None:
    headers = {"Content-Type": kind}
    async with session.post("/v1/queries", data=b'{"subjects": []}', headers=headers) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (
            415,
            "wrong_content_type",
        )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "no_such_route"),
        ("GET", "/v2/queries", 404, "no_such_route"),
        ("GET", "/v1/queries/../../etc/passwd", 404, "no_such_route"),
        ("GET", "/v1/queries/%2e%2e%2f", 400, "invalid_request"),
        ("GET", "/v1/queries/unknown", 404, "unknown_reference"),
        ("GET", "/v1/queries/unknown/events", 404, "unknown_reference"),
        ("DELETE", "/v1/queries", 405, "method_not_allowed"),
        ("PUT", "/v1/credits", 405, "method_not_allowed"),
    ],
)
async def test_path__that_names_nothing__says_so(
    session: aiohttp.ClientSession, method: str, path: str, status: int, code: str
) -> None:
    async with session.request(method, path) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (status, code)


async def test_import__caller_leaves_half_way__is_closed_and_keeps_nothing(
    served: UnixSocket, rooms: WatchedRooms
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(served.path))
    writer.write(b"POST /v1/imports?format=csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
    writer.write(b"phone,+4670\nphone,+46")
    await writer.drain()
    assert b"200 OK" in await reader.readline()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(10):
        await rooms.import_closed.wait()
    assert rooms.stored == {}


class Failing:
    """A status service that fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def status(self) -> None:
        raise self._error


class ChainAway(Transient):
    code = "chain_away"


class KeyMissing(Misconfigured):
    code = "key_missing"


class LedgerTorn(Broken):
    code = "ledger_torn"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (ChainAway("The chain does not answer."), 503, "transient"),
        (KeyMissing("There is no key."), 503, "misconfigured"),
        (LedgerTorn("The ledger does not add up."), 500, "broken"),
    ],
)
async def test_errors__of_each_kind__say_who_must_act(
    services: Services, folder: Path, error: Exception, status: int, kind: str
) -> None:
    listen = UnixSocket(path=folder / "run" / "s")
    failing = SimpleNamespace(
        queries=services.queries,
        records=services.records,
        members=services.members,
        governance=services.governance,
        credits=services.credits,
        ratings=services.ratings,
        disputes=services.disputes,
        store=services.store,
        status=Failing(error),  # type: ignore[arg-type]  # never returns a value
    )
    broken: list[Broken] = []
    connector = aiohttp.UnixConnector(str(listen.path))
    async with (
        serve(failing, listen, on_broken=broken.append),
        aiohttp.ClientSession("http://localhost", connector=connector) as session,
        session.get("/v1/status") as response,
    ):
        problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["kind"], problem["message"]) == (status, kind, str(error))
    assert ("Retry-After" in response.headers) == (kind == "transient")
    assert broken == ([error] if kind == "broken" else [])


@pytest.fixture
async def loopback(services: Services, folder: Path, unused_port: int) -> AsyncIterator[Loopback]:
    listen = Loopback(
        address=SocketAddress(host="127.0.0.1", port=unused_port), token_file=folder / "api.token"
    )
    async with serve(services, listen):
        yield listen


async def ask_loopback(listen: Loopback, path: str, headers: dict[str, str]) -> tuple[int, str]:
    url = f"http://127.0.0.1:{listen.address.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, (await response.json(content_type=None)).get("code", "")


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "bearer\t{token}é"]
)
async def test_loopback__without_the_token__is_refused(loopback: Loopback, given: str) -> None:
    header = given.format(token=loopback.token_file.read_text().strip())
    answer = await ask_loopback(loopback, "/v1/status", {"Authorization": header} if header else {})
    assert answer == (401, "unauthenticated")


async def test_loopback__openapi_without_the_token__is_refused(loopback: Loopback) -> None:
    assert await ask_loopback(loopback, "/v1/openapi.json", {}) == (401, "unauthenticated")


async def test_loopback__with_the_token__is_served(loopback: Loopback) -> None:
    token = loopback.token_file.read_text().strip()
    assert await ask_loopback(loopback, "/v1/status", {"Authorization": f"Bearer {token}"}) == (200, "")


async def test_loopback__healthz_without_a_token__is_served(loopback: Loopback) -> None:
    assert await ask_loopback(loopback, "/v1/healthz", {}) == (200, "")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "127.0.0.1.:{port}"]
)
async def test_loopback__reached_under_another_name__is_refused_even_with_the_token(
    loopback: Loopback, host: str
) -> None:
    headers = {
        "Authorization": f"Bearer {loopback.token_file.read_text().strip()}",
        "Host": host.format(port=loopback.address.port),
    }
    assert await ask_loopback(loopback, "/v1/status", headers) == (421, "wrong_host")
