"""The configuration file: what is read, and what stops the start and how it says so."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from oracle.config.errors import (
    ConfigurationUnreadable,
    InvalidSetting,
    MissingSetting,
    UnknownSetting,
)
from oracle.config.limits import LimitSettings
from oracle.config.loading import load_settings, parse_settings
from oracle.config.settings import (
    LogFormat,
    LogLevel,
    Loopback,
    Settings,
    SocketAddress,
    UnixSocket,
)

HOME = Path("/srv/bank-a")
LEAST = """
member.name = "Bank A"
chain.rpc = ["http://127.0.0.1:8545"]
peer.endpoint = "https://risk.example.com:8443/"
"""


def parse(text: str) -> Settings:
    return parse_settings(text, path=HOME / "riskmesh.toml")


def test_settings__only_the_required_keys__defaults_fill_the_rest() -> None:
    settings = parse(LEAST)

    assert settings.home == HOME
    assert settings.member.name == "Bank A"
    assert settings.keys.folder == HOME / "keys"
    assert settings.keys.passphrase_file is None
    assert settings.chain.rpc == ("http://127.0.0.1:8545",)
    assert settings.chain.deployment == HOME / "deployment.json"
    assert settings.chain.gas_price_wei is None
    assert settings.store.url == "sqlite+aiosqlite:////srv/bank-a/data/state.db"
    assert settings.dataset.publish_interval_s == 30
    assert settings.peer.endpoint == "https://risk.example.com:8443"
    assert settings.peer.listen == SocketAddress(host="127.0.0.1", port=8443)
    assert settings.peer.allow_private_endpoints is False
    assert settings.api.listen == UnixSocket(path=HOME / "run/riskmesh.sock")
    assert (settings.log.level, settings.log.format) == (LogLevel.INFO, LogFormat.CONSOLE)


def test_settings__every_kind_of_value_given__is_taken() -> None:
    settings = parse(
        LEAST
        + """
        keys.passphrase_file = "/run/secrets/riskmesh"
        chain.poll_interval_s = 2
        chain.gas_price_wei = 0
        peer.listen = "[::1]:9000"
        peer.allow_private_endpoints = true
        peer.allowed_networks = ["10.20.0.0/16", "fd00:1::/32"]
        limits.member_requests_per_s = 50
        limits.connections = 64
        policy.carry_through_proposals = false
        policy.decoys_percent = 0
        log.level = "debug"
        log.format = "json"
        [api]
        listen = "localhost:8480"
        token_file = "run/token"
        """
    )

    assert settings.keys.passphrase_file == Path("/run/secrets/riskmesh")
    assert settings.chain.poll_interval_s == 2.0
    assert settings.chain.gas_price_wei == 0
    assert str(settings.peer.listen) == "[::1]:9000"
    assert settings.peer.allow_private_endpoints is True
    assert settings.peer.allowed_networks == (ip_network("10.20.0.0/16"), ip_network("fd00:1::/32"))
    assert settings.limits == LimitSettings(member_requests_per_s=50.0, connections=64)
    assert settings.policy.carry_through_proposals is False
    assert (settings.log.level, settings.log.format) == (LogLevel.DEBUG, LogFormat.JSON)
    assert settings.api.listen == Loopback(
        address=SocketAddress(host="localhost", port=8480), token_file=HOME / "run/token"
    )


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("chain.poll_intervall_s = 1", "chain.poll_interval_s"),
        ("polcy.default_purpose = 1", "policy"),
        ("peer.listening = '127.0.0.1:1'", "peer.listen"),
        ("keys.passphrase_fil = 'x'", "keys.passphrase_file"),
    ],
)
def test_settings__unknown_key__is_refused_with_the_nearest_name(line: str, nearest: str) -> None:
    with pytest.raises(UnknownSetting, match=rf"Did you mean {nearest}\?") as refusal:
        parse(LEAST + line)

    assert refusal.value.nearest == nearest


def test_settings__nothing_near__is_refused_with_what_there_is() -> None:
    with pytest.raises(
        UnknownSetting, match=r"has log\.zzz, which does not exist\. Known here: log\.file, log\.file_mib"
    ):
        parse(LEAST + "log.zzz = 1")


def test_settings__a_key_where_a_table_belongs__is_refused() -> None:
    with pytest.raises(UnknownSetting):
        parse("store = 1" + LEAST)


def test_settings__required_key_misspelt__says_the_right_name() -> None:
    with pytest.raises(UnknownSetting, match=r"peer\.enpoint.*Did you mean peer\.endpoint\?"):
        parse(LEAST.replace("endpoint", "enpoint"))


@pytest.mark.parametrize("key", ["member.name", "chain.rpc", "peer.endpoint"])
def test_settings__required_key_absent__says_which_and_what_to_write(key: str) -> None:
    text = "\n".join(line for line in LEAST.splitlines() if not line.startswith(key))

    with pytest.raises(MissingSetting, match=rf"lacks {key}\. Write .+ = ") as refusal:
        parse(text)

    assert refusal.value.key == key


@pytest.mark.parametrize(
    "line",
    [
        "chain.poll_interval_s = 0.01",
        "chain.poll_interval_s = nan",
        "chain.poll_interval_s = inf",
        "chain.poll_interval_s = true",
        "chain.poll_interval_s = 'fast'",
        "chain.gas_price_wei = -1",
        "chain.deployment = ''",
        "chain.deployment = 7",
        "store.url = 'state.db'",
        "dataset.workers = 0",
        "dataset.workers = 1.0",
        "dataset.workers = true",
        "dataset.publish_interval_s = 86401",
        "peer.listen = '8443'",
        "peer.listen = '127.0.0.1:0'",
        "peer.listen = '127.0.0.1:65536'",
        "peer.listen = '::1:8443'",
        "peer.allow_private_endpoints = 1",
        "peer.allowed_networks = []",
        'peer.allowed_networks = ["10.20.0.1/16"]',
        'peer.allowed_networks = ["10.20.0.0"]',
        'peer.allowed_networks = ["bank.example/16"]',
        "peer.allowed_networks = [10]",
        "limits.connections = 0",
        "limits.connections = 1.5",
        "limits.wait_timeout_s = nan",
        "limits.member_requests_per_s = inf",
        "limits.body_mib = 16",
        "policy.carry_through_proposals = 'yes'",
        "policy.default_purpose = 65536",
        "log.level = 'INFO'",
        "api.listen = '0.0.0.0:8480'\napi.token_file = 'token'",
        "api.listen = 'risk.example.com:8480'\napi.token_file = 'token'",
        "api.listen = '127.0.0.1:8480'\napi.token_file = 'token'\napi.socket = 'both'",
        f"api.socket = '{'s' * 110}'",
    ],
)
def test_settings__value_outside_its_range__is_refused_without_repeating_it(line: str) -> None:
    key = line.split(" ", maxsplit=1)[0]

    with pytest.raises(InvalidSetting, match="Write ") as refusal:
        parse(LEAST + line)

    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("peer.endpoint", '"http://risk.example.com"'),
        ("peer.endpoint", '"https://user:secret@risk.example.com"'),
        ("peer.endpoint", '"https://risk.example.com/path"'),
        ("peer.endpoint", '"https://risk.example.com?x=1"'),
        ("peer.endpoint", '"https://risk.example.com:99999"'),
        ("peer.endpoint", '"https:///nothing"'),
        ("chain.rpc", "[]"),
        ("chain.rpc", "[1]"),
        ("chain.rpc", '["http://127.0.0.1:8545", ""]'),
        ("chain.rpc", '"ftp://127.0.0.1"'),
        ("member.name", '"  "'),
        ("member.name", '"two\\nlines"'),
    ],
)
def test_settings__required_value_unusable__is_refused(key: str, value: str) -> None:
    lines = [line for line in LEAST.splitlines() if not line.startswith(key)]

    with pytest.raises(InvalidSetting) as refusal:
        parse("\n".join([*lines, f"{key} = {value}"]))

    assert refusal.value.key == key
    assert "secret" not in str(refusal.value)


def test_settings__loopback_without_a_token_file__is_missing_it() -> None:
    with pytest.raises(MissingSetting, match=r"api\.token_file"):
        parse(LEAST + "api.listen = '127.0.0.1:8480'")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////var/lib/state.db",
        "sqlite+aiosqlite:///:memory:",
        "postgresql+psycopg://riskmesh@db/riskmesh",
    ],
)
def test_store_url__not_relative__stays_as_it_is(url: str) -> None:
    assert parse(LEAST + f"store.url = '{url}'").store.url == url


def test_repr__urls_with_credentials__shows_none() -> None:
    shown = repr(
        parse(
            """
            member.name = "Bank A"
            chain.rpc = "https://node.example.com/v3/0123456789abcdef"
            peer.endpoint = "https://risk.example.com"
            store.url = "postgresql+asyncpg://riskmesh:hunter2@db/riskmesh"
            """
        )
    )

    assert "0123456789abcdef" not in shown
    assert "hunter2" not in shown


def test_load__no_file__says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationUnreadable, match=r"riskmesh\.toml.*riskmesh init"):
        load_settings(tmp_path / "riskmesh.toml")


@pytest.mark.parametrize("content", [b"[member\n", b"\xff\xfe", b"member.name = Bank A"])
def test_load__not_toml__says_where(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "riskmesh.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigurationUnreadable, match=str(path)):
        load_settings(path)


def test_load__file_in_a_folder__paths_start_there(tmp_path: Path) -> None:
    path = tmp_path / "riskmesh.toml"
    path.write_text(LEAST)

    assert load_settings(path).keys.folder == tmp_path / "keys"
