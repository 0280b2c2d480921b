"""The contracts compiled again from a checkout's sources, by the checkout's own tool."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from oracle.chain.bytecode import CompiledCode, parse_compiled
from oracle.chain.errors import NoCheckout

_TOOL = Path("tools") / "compile_contracts.py"
_ADVICE = "run it from a checkout with `make` prepared (contracts, node_modules and the 'compiler' extra)"


def rebuild(root: Path | None = None) -> Mapping[str, CompiledCode]:
    """By contract name; takes a minute. Raises NoCheckout where there are no sources or no compiler."""
    root = root or Path(__file__).parents[2]
    tool = root / _TOOL
    if not tool.exists():
        raise NoCheckout(f"The contracts' sources are not in this installation; {_ADVICE}")
    spec = importlib.util.spec_from_file_location("riskmesh_compile_contracts", tool)
    if spec is None or spec.loader is None:
        raise NoCheckout(f"{tool} cannot be loaded; {_ADVICE}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        compiled = dict(module.artifacts(root))
    except (ImportError, OSError) as error:
        raise NoCheckout(f"The contracts cannot be compiled here ({error}); {_ADVICE}") from error
    return {name: parse_compiled(artifact) for name, artifact in compiled.items()}
