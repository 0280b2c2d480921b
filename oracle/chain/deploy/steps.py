"""The numbered steps in `migrations/chain`, wherever this installation has them."""

import importlib.util
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from oracle.chain.deploy.context import DeployContext
from oracle.domain.errors import Broken

_NAME = re.compile(r"\d{4}_[a-z_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`run` may be repeated: what it did before is found in the context's progress."""

    name: str
    run: Callable[[DeployContext], Awaitable[None]]


def steps_folder() -> Path:
    """Inside the package of a wheel, at the top of a checkout."""
    package = Path(__file__).parents[2]
    for folder in (package / "_migrations" / "chain", package.parent / "migrations" / "chain"):
        if any(folder.glob("*.py")):
            return folder
    raise Broken("The deployment steps are missing from this installation; install the package again")


def load_steps(folder: Path | None = None) -> tuple[Step, ...]:
    """In the order of their numbers."""
    files = sorted((folder or steps_folder()).glob("*.py"))
    return tuple(_load(path) for path in files if _NAME.fullmatch(path.stem))


def _load(path: Path) -> Step:
    spec = importlib.util.spec_from_file_location(f"riskmesh_step_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Broken(f"The deployment step {path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Step(name=path.stem, run=module.run)
