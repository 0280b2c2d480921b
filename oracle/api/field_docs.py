"""Carries the sentence under a field of our types into the description of its JSON Schema property."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any

from msgspec import Struct

from oracle.api import accounting_schema, governance_schema, schema
from oracle.domain.reports import (
    accounts,
    consortium,
    disputes,
    dossiers,
    outcomes,
    queries,
    recalls,
    records,
    statements,
    status,
    store,
)

_MODULES = (
    schema,
    governance_schema,
    accounting_schema,
    accounts,
    consortium,
    disputes,
    dossiers,
    outcomes,
    queries,
    recalls,
    records,
    statements,
    status,
    store,
)


def describe_fields(schemas: dict[str, Any]) -> None:
    """Add the descriptions in place."""
    own = {name: fields for module in _MODULES for name, fields in _documented(module)}
    for module in _MODULES:
        for named in vars(module).values():
            if isinstance(named, type) and named.__name__ in schemas:
                _describe(named, schemas[named.__name__].get("properties", {}), own)


def _describe(named: type, properties: dict[str, Any], own: dict[str, dict[str, str]]) -> None:
    written = (
        dict(zip(named.__struct_fields__, named.__struct_encode_fields__, strict=True))
        if issubclass(named, Struct)
        else {}
    )
    for ancestor in reversed(named.__mro__):
        for name, text in own.get(ancestor.__name__, {}).items():
            properties[written.get(name, name)]["description"] = text


def _documented(module: ModuleType) -> Iterator[tuple[str, dict[str, str]]]:
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, dict(_sentences(node.body))


def _sentences(statements: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(statements):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())
            case _:
                continue
