"""The environment variables we know; nothing else in the package reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CONFIGURATION_NAME = "riskmesh.toml"
_PASSPHRASE = "RISKMESH_PASSPHRASE"  # noqa: S105 - the name of the variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the process was started with."""

    home: Path | None = None
    """RISKMESH_HOME: the folder of one member."""
    configuration: Path | None = None
    """RISKMESH_CONFIG: the configuration file, wherever it is."""
    passphrase: str | None = field(default=None, repr=False)
    """RISKMESH_PASSPHRASE."""

    def locate(self, chosen: Path | None = None) -> Path:
        """The configuration file: the command line's, else the variables', else the one in ~/.riskmesh."""
        if chosen is not None:
            return chosen / CONFIGURATION_NAME if chosen.is_dir() else chosen
        if self.configuration is not None:
            return self.configuration
        return (self.home or Path.home() / ".riskmesh") / CONFIGURATION_NAME


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """An empty variable counts as none."""

    def path(name: str) -> Path | None:
        return Path(variables[name]) if variables.get(name) else None

    return Environment(
        home=path("RISKMESH_HOME"),
        configuration=path("RISKMESH_CONFIG"),
        passphrase=variables.get(_PASSPHRASE) or None,
    )


def forget_passphrase() -> None:
    """After it was read: processes that are started from here on do not inherit it."""
    os.environ.pop(_PASSPHRASE, None)


def child_environment(**additions: str) -> dict[str, str]:
    """The environment for a process that we start: our own, and `additions` by their names."""
    return {**os.environ, **additions}
