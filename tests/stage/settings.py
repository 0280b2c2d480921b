"""The settings of members that run in the test's own process, on loopback and a chain without fees."""

from pathlib import Path

from oracle.cli.institution import configuration_values
from oracle.config.loading import parse_settings
from oracle.config.settings import Settings
from oracle.config.template import render


def loopback_settings(name: str, folder: Path, *, rpc: str, port: int) -> Settings:
    """Of the member whose home is `folder`/name; all members of `folder` share one deployment record."""
    values = configuration_values(
        name=name,
        endpoint=f"https://127.0.0.1:{port}",
        listen=f"127.0.0.1:{port}",
        rpc=[rpc],
        deployment="../deployment.json",
        passphrase_file=None,
        api_listen=None,
        private_endpoints=True,
    )
    text = render({**values, "chain.poll_interval_s": 0.05, "chain.gas_price_wei": 0})
    return parse_settings(text, path=folder / name.lower() / "riskmesh.toml")
