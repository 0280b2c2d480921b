"""The settings of members that run in the test's own process, on loopback and a chain without fees."""

from pathlib import Path

from oracle.cli.institution import configuration_values
from oracle.config.environment import CONFIGURATION_NAME
from oracle.config.loading import parse_settings
from oracle.config.settings import Settings
from oracle.config.template import Value, render


def loopback_settings(name: str, folder: Path, *, rpc: str, port: int, **others: Value) -> Settings:
    """Of the member whose home is `folder`/name; all members of `folder` share one deployment record.

    `others` by their full names with two underlines for the dot.
    """
    text = loopback_text(name, rpc=rpc, port=port, **others)
    return parse_settings(text, path=folder / name.lower() / CONFIGURATION_NAME)


def loopback_text(name: str, *, rpc: str, port: int, **others: Value) -> str:
    """The configuration file that these settings would stand in."""
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
    named = {key.replace("__", "."): value for key, value in others.items()}
    return render({**values, "chain.poll_interval_s": 0.05, "chain.gas_price_wei": 0, **named})
