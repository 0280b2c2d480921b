"""Arguments of contract calls as text: read from what a person types, shown as a person can read them."""

import json
from collections.abc import Sequence
from typing import ClassVar

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError

from oracle.chain.artifacts import Entry, Parameter
from oracle.chain.quantities import checksummed
from oracle.domain.errors import Refused

_ADDRESS_DIGITS = 40


class ArgumentWrong(Refused):
    """A value does not fit the argument of the function that is to be called."""

    code: ClassVar[str] = "argument_wrong"


def encoded(entry: Entry, texts: Sequence[str]) -> bytes:
    """Calldata. Raises `ArgumentWrong`, naming the argument."""
    if len(texts) != len(entry.inputs):
        names = ", ".join(f"{one.name} ({one.canonical})" for one in entry.inputs) or "none"
        raise ArgumentWrong(f"{entry.name} takes {len(entry.inputs)} arguments: {names}; {len(texts)} given.")
    values = [_read(parameter, text) for parameter, text in zip(entry.inputs, texts, strict=True)]
    try:
        return entry.selector + encode([parameter.canonical for parameter in entry.inputs], values)
    except EncodingError as error:
        raise ArgumentWrong(f"{entry.name} cannot be called with these values: {error}") from error


def shown(parameter: Parameter, value: object) -> str:
    """A decoded value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if parameter.type.endswith("]") and isinstance(value, (list, tuple)):
        inner = Parameter(
            type=parameter.type[: parameter.type.rindex("[")],
            name=parameter.name,
            components=parameter.components,
        )
        return "[" + ", ".join(shown(inner, each) for each in value) + "]"
    if parameter.components and isinstance(value, tuple):
        pairs = zip(parameter.components, value, strict=True)
        return "(" + ", ".join(f"{part.name}: {shown(part, each)}" for part, each in pairs) + ")"
    if parameter.type == "address":
        return str(checksummed(bytes.fromhex(str(value)[2:])))
    return str(value)


def _read(parameter: Parameter, text: str) -> object:
    kind = parameter.canonical
    try:
        if kind.endswith("]") or kind.startswith("("):
            return _nested(parameter, json.loads(text))
        return _plain(kind, text)
    except (ValueError, TypeError) as error:
        raise ArgumentWrong(f"'{text}' is no {kind}, which {parameter.name} has to be.") from error


def _plain(kind: str, text: str) -> object:
    if kind == "bool":
        return {"true": True, "false": False}[text] if text in {"true", "false"} else _refuse(text)
    if kind == "string":
        return text
    if kind.startswith(("uint", "int")):
        return int(text, 10)
    if not text.startswith("0x") or (kind == "address" and len(text) != _ADDRESS_DIGITS + 2):
        return _refuse(text)
    content = bytes.fromhex(text[2:])
    return text if kind == "address" else content


def _nested(parameter: Parameter, value: object) -> object:
    if not isinstance(value, list):
        return _refuse(value)
    if parameter.type.endswith("]"):
        inner = Parameter(
            type=parameter.type[: parameter.type.rindex("[")],
            name=parameter.name,
            components=parameter.components,
        )
        return [_nested_or_plain(inner, each) for each in value]
    return tuple(_nested_or_plain(part, each) for part, each in zip(parameter.components, value, strict=True))


def _nested_or_plain(parameter: Parameter, value: object) -> object:
    if parameter.components or parameter.type.endswith("]"):
        return _nested(parameter, value)
    return _plain(parameter.canonical, value if isinstance(value, str) else json.dumps(value))


def _refuse(value: object) -> object:
    raise ValueError(value)
