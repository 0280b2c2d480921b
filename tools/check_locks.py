"""Compare the locks, offline, with what they were made from: versions, hashes, no address of a registry."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
BROWNIE = ROOT / "requirements" / "brownie.in"
SLITHER = ROOT / "requirements" / "slither.in"
PIN = re.compile(
    r"""^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)
        (?P<hashes>(?:[ ]\\\n[ ]{4}--hash=sha256:[0-9a-f]{64})*)""",
    re.MULTILINE | re.VERBOSE,
)
PLACE = re.compile(r"://|^--|--(?:extra-)?index-url |--find-links[ =]|/home/|/root/|/tmp/", re.MULTILINE)


def check_python() -> Iterator[str]:
    """Yield what is wrong with requirements/*.txt: unanswered, unhashed, disagreeing, or naming a machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = [Requirement(line) for line in project["dependencies"]]
    extras = {
        name: [Requirement(line) for line in lines]
        for name, lines in project["optional-dependencies"].items()
    }
    pins: dict[str, dict[str, str]] = {}
    for name, asked in (
        ("runtime", runtime),
        ("fuzz", runtime + extras["fuzz"]),
        ("bench", runtime + extras["bench"]),
        ("dev", runtime + extras["dev"] + extras["compiler"]),
        ("brownie", [Requirement(line) for line in BROWNIE.read_text().splitlines()]),
        ("slither", [Requirement(line) for line in SLITHER.read_text().splitlines()]),
    ):
        lock = f"requirements/{name}.txt"
        text = (ROOT / lock).read_text()
        pins[name] = {canonicalize_name(pin["name"]): pin["version"] for pin in PIN.finditer(text)}
        yield from (f"{lock}: {pin['name']} has no hash" for pin in PIN.finditer(text) if not pin["hashes"])
        if found := PLACE.search(text):
            yield f"{lock}: names a machine or a registry: {found[0].strip()!r}"
        for requirement in asked:
            locked = pins[name].get(canonicalize_name(requirement.name))
            if locked is None or not requirement.specifier.contains(locked, prereleases=True):
                yield f"{lock}: pyproject.toml asks for {requirement}, locked is {locked}"
    for package, version in pins["runtime"].items():
        for name in ("dev", "fuzz", "bench"):
            if pins[name].get(package) != version:
                yield f"requirements: {package} is {version} in runtime.txt, other in {name}.txt"


def check_node() -> Iterator[str]:
    """Yield what is wrong with package-lock.json: not what package.json asks, no hash, or an address."""
    wanted = json.loads((ROOT / "package.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        if packages[""].get(kind, {}) != wanted.get(kind, {}):
            yield f"package-lock.json: {kind} are not those of package.json"
    for place, package in packages.items():
        if "resolved" in package:
            yield f"package-lock.json: {place} names the address it came from"
        if place and not package.get("inBundle") and "integrity" not in package:
            yield f"package-lock.json: {place} has no hash"


def main() -> int:
    """Print every finding; 1 when there is one."""
    findings = [*check_python(), *check_node()]
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings; renew with `make lock`" if findings else "The locks are fresh.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
