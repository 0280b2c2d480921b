"""Settings as others may see them: addresses without what opens them."""

import json
from pathlib import Path

from oracle.config.loading import parse_settings
from oracle.config.shown import shown_settings

TEXT = """
member.name = "Bank A"
chain.rpc = ["https://user:word-1@node.example:8545/word-2?key=word-3", "http://127.0.0.1:8545"]
peer.endpoint = "https://risk.example.com:8443"
store.url = "postgresql+psycopg://riskmesh:word-4@db.example/word-5"
"""


def test_shown__addresses_with_credentials__keep_host_and_port_only() -> None:
    shown = shown_settings(parse_settings(TEXT, path=Path("/srv/bank-a/riskmesh.toml")))
    text = json.dumps(shown)

    assert "word-" not in text
    assert shown["chain"]["rpc"] == ["node.example:8545", "127.0.0.1:8545"]
    assert shown["store"]["url"] == "postgresql+psycopg:(not shown)"
    assert shown["peer"]["listen"] == "127.0.0.1:8443"
    assert shown["log"]["level"] == "info"


def test_shown__every_setting__is_there(tmp_path: Path) -> None:
    settings = parse_settings(TEXT, path=tmp_path / "riskmesh.toml")
    shown = shown_settings(settings)

    assert set(shown) == set(settings.__dataclass_fields__)
