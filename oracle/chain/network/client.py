"""The client that seals: go-ethereum of the last line that knows Clique, found here or asked for."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from oracle.chain.network.errors import ChainClientMissing

VERSION: Final = "1.13.15"
_LINE: Final = (1, 13)
"""1.14 and later no longer seal Clique."""
_PLACES: Final = (Path("build/chain-client/geth"), Path("~/.cache/riskmesh/bin/geth"))
HOW_TO_GET_IT: Final = (
    "with `make chain-client`, which runs "
    f"`go install -ldflags=-checklinkname=0 github.com/ethereum/go-ethereum/cmd/geth@v{VERSION}`"
)


def find_client(chosen: Path | None = None) -> Path:
    """The one that was chosen, else that of the PATH, of the checkout, or of the cache.

    Raises ChainClientMissing, which says how to get it.
    """
    if chosen is not None:
        return _checked(chosen)
    on_path = shutil.which("geth")
    candidates = ([Path(on_path)] if on_path else []) + [place.expanduser() for place in _PLACES]
    found = [candidate for candidate in candidates if candidate.is_file()]
    if not found:
        raise ChainClientMissing(f"go-ethereum {VERSION} is not on this machine; get it {HOW_TO_GET_IT}")
    return _checked(found[0])


def _checked(client: Path) -> Path:
    client = client.absolute()
    try:
        said = subprocess.run(  # noqa: S603 - the operator's own program
            [client, "version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        raise ChainClientMissing(
            f"{client} does not run; get go-ethereum {VERSION} {HOW_TO_GET_IT}"
        ) from None
    version = re.search(r"^Version: (\d+)\.(\d+)\.(\d+)", said, re.MULTILINE)
    if version is None or tuple(map(int, version.groups()[:2])) != _LINE:
        raise ChainClientMissing(
            f"{client} is not go-ethereum {'.'.join(map(str, _LINE))}, the last line that seals Clique; "
            f"get {VERSION} {HOW_TO_GET_IT}"
        )
    return client
