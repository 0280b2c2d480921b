"""The command line of one institution: `riskmesh`."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command in `sys.argv` and exit with one of `oracle.cli.exits`."""
    from oracle.cli.app import run  # noqa: PLC0415 - `import oracle.cli` stays cheap for its sub-modules

    sys.exit(run(sys.argv[1:]))
