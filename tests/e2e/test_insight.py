"""What an operator sees of a running institution: check, status, health, figures, and the support bundle."""

import os
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from attacks.traces import Place, Traces, readings
from stage.alliance import Alliance

from oracle.config.loading import load_settings
from oracle.crypto.key_files import KeyName, key_path
from oracle.crypto.keystore import read_secret
from oracle.demo.institutions import PASSPHRASE
from oracle.demo.processes import free_port
from oracle.domain.subject import Subject, SubjectType
from oracle.subjects import canonical

CASE = "case-77-of-the-fraud-desk"
CREDENTIALS = ("node-reader", "Zk7-hosted-node-word")
TOKEN_IN_THE_ADDRESS = "3f9c1be27d8a45f0b6"
NUMBERS = ("+46701234567", "+4915112345678")


@pytest.mark.slow
@pytest.mark.timeout(1_200)
async def test_operator__of_a_member_with_a_peer_away__sees_what_waits_and_gives_nothing_away(
    alliance: Alliance, tmp_path: Path
) -> None:
    port = await _with_credentials_and_metrics(alliance, "asker")
    await alliance.terminate("south")
    asked = await _ask(alliance, tmp_path)

    await _check_says(alliance)
    await _status_says(alliance, asked)
    await _figures_say(port)
    await _bundle_hides(alliance, tmp_path / "support.tar.gz", asked)
    await alliance.terminate("asker")
    await _check_without_a_daemon(alliance)


async def _with_credentials_and_metrics(alliance: Alliance, name: str) -> int:
    """Restarted with secrets in the node's address, and the metrics listener on a free port."""
    path, port = alliance.of(name).home / "riskmesh.toml", free_port()
    user, word = CREDENTIALS
    node = urlsplit(alliance.rpc).netloc
    text = path.read_text().replace(
        f"http://{node}", f"http://{user}:{word}@{node}/?key={TOKEN_IN_THE_ADDRESS}"
    )
    text = text.replace("[metrics]\n", f'[metrics]\nlisten = "127.0.0.1:{port}"\n')
    path.write_text(text)
    await alliance.terminate(name)
    await alliance.start(name)
    await alliance.ready(name)
    return port


async def _ask(alliance: Alliance, tmp_path: Path) -> str:
    """Numbers and a domain, imported and asked about, so that they are wherever subjects can be."""
    file = tmp_path / "own.csv"
    rows = [f"phone,{number},telecom_fraud,phishing" for number in NUMBERS]
    file.write_text("\n".join(("type,value,category,reason", *rows)))
    assert (await alliance.run("asker", "records", "import", file)).code == 0
    subjects = tmp_path / "asked.csv"
    subjects.write_text(
        "\n".join(("type,value", *(f"phone,{one}" for one in NUMBERS), "domain,both.example"))
    )
    asked = await alliance.run(
        *("asker", "query", "--file", subjects, "--case", CASE, "--deadline", "600", "--no-wait")
    )
    assert asked.code == 0, asked.err
    refused = await alliance.run("asker", "query", "phone", "+99 not a number 4670", "--json")
    assert refused.code == 1
    query_id = asked.out.strip()
    await alliance.status_until("asker", lambda status: status.open_queries == 1)
    return query_id


async def _check_says(alliance: Alliance) -> None:
    ran = await alliance.run("asker", "check", "--json")
    found = {line["name"]: line for line in ran.json()["checks"]}
    outcomes = {name: line["outcome"] for name, line in found.items()}

    assert ran.code == 0, ran.out
    assert outcomes.pop("other members") == "warning"
    assert "south (3, peer_unreachable)" in found["other members"]["found"]
    assert outcomes.pop("nodes") == "warning"  # there is no second one
    outcomes.pop("disk")  # whatever this machine has left
    assert set(outcomes.values()) == {"ok"}, found


async def _status_says(alliance: Alliance, query_id: str) -> None:
    ran = await alliance.run("asker", "status", "--json")
    waiting = ran.json()["waiting"]["lines"]

    assert ran.json()["not_ready"] == []
    mine = [line for line in waiting if line["query_id"] == query_id and line["kind"] == "reply"]
    assert [(line["name"], line["code"]) for line in mine if line["name"] == "south"] == [
        ("south", "not_fetched")
    ]


async def _figures_say(port: int) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        async with session.get("/readyz") as ready:
            assert (ready.status, await ready.text()) == (200, "ready\n")
        async with session.get("/metrics") as metrics:
            text = await metrics.text()
    assert "riskmesh_ready 1.0" in text
    assert 'riskmesh_journal_rows{journal="batches",state="committed"} 1.0' in text
    assert 'riskmesh_rpc_seconds_count{method="eth_getLogs"' in text
    assert not any(secret in text for secret in (*CREDENTIALS, TOKEN_IN_THE_ADDRESS))


async def _bundle_hides(alliance: Alliance, file: Path, query_id: str) -> None:
    ran = await alliance.run("asker", "support-bundle", file)
    assert ran.code == 0, ran.err
    assert os.stat(file).st_mode & 0o077 == 0  # noqa: PTH116 - one look at one file
    places = _documents(file)
    content = {place.name: place.content for place in places}
    assert {
        "check.json",
        "status.json",
        "waiting.json",
        "metrics.txt",
        "store.json",
        "log.jsonl",
    } <= content.keys()
    assert content["missing.txt"] == b""
    assert query_id.encode() in content["waiting.json"]
    assert b"member_started" in content["log.jsonl"]

    assert Traces(_subjects()).found_in(places) == []
    secrets = _secrets(alliance)
    assert _found(secrets, places) == []
    for name, secret in secrets.items():
        for written in (secret, secret.hex().upper().encode()):
            planted = Place(name="planted", content=b"{" + written + b"}")
            assert _found({name: secret}, [planted]) == [f"planted: {name}"]


def _documents(file: Path) -> list[Place]:
    with tarfile.open(file) as archive:
        return [
            Place(name=entry.name.removeprefix("riskmesh-support/"), content=_content(archive, entry))
            for entry in archive.getmembers()
        ]


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(entry)
    assert content is not None
    return content.read()


def _subjects() -> list[Subject]:
    phones = [canonical(SubjectType.PHONE, number) for number in NUMBERS]
    names = ("both.example", "only-asker.example")
    return [*phones, *(canonical(SubjectType.DOMAIN, name) for name in names)]


def _secrets(alliance: Alliance) -> dict[str, bytes]:
    """Everything that opens or answers for something, and what only the institution knows."""
    folder = load_settings(alliance.of("asker").home / "riskmesh.toml").keys.folder
    keys = {f"the {name} key": read_secret(key_path(folder, name), PASSPHRASE) for name in KeyName}
    words = (PASSPHRASE, CASE, TOKEN_IN_THE_ADDRESS, *CREDENTIALS, *(number[1:] for number in NUMBERS))
    return {**keys, **{word: word.encode() for word in words}}


def _found(secrets: dict[str, bytes], places: list[Place]) -> list[str]:
    """In any usual writing, and numbers in decimal."""
    return [
        f"{place.name}: {name}"
        for place in places
        for name, secret in secrets.items()
        if any(secret in text for text in readings(place.content))
        or str(int.from_bytes(secret)).encode() in place.content
    ]


async def _check_without_a_daemon(alliance: Alliance) -> None:
    ran = await alliance.run("asker", "check", "--json")
    outcomes = {line["name"]: line["outcome"] for line in ran.json()["checks"]}

    assert ran.code == 0, ran.out
    assert (outcomes["daemon"], outcomes["own endpoint"]) == ("warning", "skipped")
    assert (outcomes["dataset"], outcomes["registered keys"], outcomes["store"]) == ("ok", "ok", "ok")
