"""What code of the package does not do: swallow, print, read the environment, keep keys anywhere."""

import ast
import re
from typing import Any

from oracle.telemetry.fields import rule_of
from oracle.telemetry.redaction import EVENT

BROAD = {"Exception", "BaseException"}
LOG_METHODS = {"debug", "info", "warning", "error", "critical", "exception"}
LOGGERS = {"log", "_log", "logger", "_logger", "LOG"}
LOG_SETTINGS = {"exc_info"}
SECRET_NAME = re.compile(r"(?:^|_)(?:private_key|secret|passphrase)(?:_|$)")
KEPT_ELSEWHERE = {
    # The OPRF key where it is used: from the keyring, and on to worker processes through their pipe.
    "oracle/answering/claims.py OprfIdentity",
    "oracle/dataset/tagging.py IndexKeys",
    "oracle/dataset/tagging.py Tagger",
    # Names of files, and what opens them.
    "oracle/peer/tls.py TlsIdentity",
}
"""Classes beside `oracle/crypto` and `oracle/config` that hold a secret; none of them may show it."""


def test_except__of_everything__is_found_unless_it_raises_again(package: Any) -> None:
    found = [
        module.at(node)
        for module in package
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or BROAD & {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)}
        )
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]

    assert found == []


def test_print__outside_of_what_people_run__is_found(package: Any) -> None:
    found = [
        module.at(node)
        for module in package
        if not module.within("oracle/cli/", "oracle/demo/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert found == []


def test_environment__read_outside_of_config__is_found(package: Any) -> None:
    names = {"environ", "environb", "getenv", "putenv"}
    found = [
        module.at(node)
        for module in package
        if not module.within("oracle/config/environment.py")
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and names & {one.name for one in node.names}
        )
    ]

    assert found == []


def test_secret__kept_outside_of_crypto_and_config__is_found(package: Any) -> None:
    found = {
        f"{module.place} {owner.name}"
        for module in package
        if not module.within("oracle/crypto/", "oracle/config/")
        for owner in ast.walk(module.tree)
        if isinstance(owner, ast.ClassDef) and any(SECRET_NAME.search(name) for name in _kept(owner))
    }

    assert found - KEPT_ELSEWHERE == set()


def test_secret__kept_anywhere__has_a_repr_that_hides_it(package: Any) -> None:
    found = [
        f"{module.at(owner)} {owner.name}"
        for module in package
        for owner in ast.walk(module.tree)
        if isinstance(owner, ast.ClassDef)
        and any(SECRET_NAME.search(name) for name in _shown_by_default(owner))
        and not any(isinstance(each, ast.FunctionDef) and each.name == "__repr__" for each in owner.body)
    ]

    assert found == []


def test_log__event_or_field_that_would_be_masked__is_found(package: Any) -> None:
    found = []
    for module in package:
        for node in ast.walk(module.tree):
            if not _is_log_call(node):
                continue
            event = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if not isinstance(event, str) or not EVENT.fullmatch(event):
                found.append(f"{module.at(node)} the event is no fixed sentence")
            found += [
                f"{module.at(node)} {keyword.arg} is not in oracle/telemetry/fields.py"
                for keyword in node.keywords
                if keyword.arg not in LOG_SETTINGS and (keyword.arg is None or rule_of(keyword.arg) is None)
            ]

    assert found == []


def _kept(owner: ast.ClassDef) -> set[str]:
    """The fields that a class declares, or sets on its objects."""
    set_on_objects = {
        node.attr
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return set_on_objects | {name for name, _ in _declared(owner)}


def _shown_by_default(owner: ast.ClassDef) -> set[str]:
    """The fields that the `repr` of a dataclass would show; paths are no secrets."""
    if not owner.decorator_list:
        return set()
    return {
        name
        for name, statement in _declared(owner)
        if "repr=False" not in ast.unparse(statement) and "Path" not in ast.unparse(statement.annotation)
    }


def _declared(owner: ast.ClassDef) -> list[tuple[str, ast.AnnAssign]]:
    return [
        (each.target.id, each)
        for each in owner.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]


def _is_log_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    receiver = node.func.value
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", None)
    return node.func.attr in LOG_METHODS and name in LOGGERS
