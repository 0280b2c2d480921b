"""From raw logs to facts by a table of topics: strict, and without a contract object on the hot path."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from oracle.chain.answers import RawLog
from oracle.chain.artifacts import Artifact, Entry, Parameter, load_artifact
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import BadArtifact, LogRefused
from oracle.chain.facts import FACTS_OF_CONTRACT, Fact, Position
from oracle.chain.quantities import WORD, checksummed
from oracle.chain.words import ReadWord, word_reader
from oracle.domain.ids import Address

_DYNAMIC = ("bytes", "string")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    return _HUMP.sub("_", name).lower().lstrip("_")


def _keep(value: object) -> object:
    return value


def _to_address(value: object) -> object:
    return checksummed(bytes.fromhex(str(value)[2:]))


def _to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _to_addresses(value: object) -> object:
    return tuple(_to_address(entry) for entry in value) if isinstance(value, (list, tuple)) else value


def _conversion(parameter: Parameter) -> Callable[[object], object]:
    if parameter.type == "address":
        return _to_address
    if parameter.type == "address[]":
        return _to_addresses
    return _to_tuple if parameter.type.endswith("]") else _keep


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDecoder:
    """Decodes one event of one contract."""

    kind: type[Fact]
    indexed: tuple[str, ...]
    unindexed: tuple[str, ...]
    names: tuple[str, ...]
    """Field names, first of the indexed values, then of the others."""
    conversions: tuple[Callable[[object], object], ...]
    words: tuple[ReadWord, ...] | None
    """A reader for each value, where each is one word; None for events with values of other sizes."""

    def decode(self, log: RawLog, block_timestamp: int) -> Fact:
        if len(log.topics) != 1 + len(self.indexed):
            raise LogRefused(f"A {self.kind.__name__} log has {len(log.topics)} topics")
        values = self._general(log) if self.words is None else self._by_words(log, self.words)
        position = Position(
            block_number=log.block_number,
            log_index=log.index,
            block_hash=log.block_hash,
            block_timestamp=block_timestamp,
            tx_hash=log.tx_hash,
        )
        # The names were held against the class's fields when the table was built.
        return self.kind(at=position, **dict(zip(self.names, values, strict=True)))  # type: ignore[arg-type]

    def _by_words(self, log: RawLog, words: tuple[ReadWord, ...]) -> list[object]:
        indexed, content = len(self.indexed), log.data
        if len(content) != WORD * (len(words) - indexed):
            raise LogRefused(f"The data of a {self.kind.__name__} log has {len(content)} bytes")
        values = [read(topic) for read, topic in zip(words, log.topics[1:], strict=False)]
        for place, read in enumerate(words[indexed:]):
            values.append(read(content[WORD * place : WORD * (place + 1)]))
        return values

    def _general(self, log: RawLog) -> Iterable[object]:
        try:
            values = decode(self.indexed, b"".join(log.topics[1:])) + decode(self.unindexed, log.data)
            if encode(self.unindexed, values[len(self.indexed) :]) != log.data:
                raise LogRefused(f"The data of a {self.kind.__name__} log is not encoded canonically")
        except (DecodingError, EncodingError, UnicodeDecodeError, OverflowError) as error:
            raise LogRefused(f"The data of a {self.kind.__name__} log cannot be decoded") from error
        return (convert(value) for convert, value in zip(self.conversions, values, strict=True))


def event_decoder(artifact: Artifact, kind: type[Fact]) -> tuple[bytes, EventDecoder]:
    """First topic and decoder. Raises BadArtifact when the event's arguments are not the fact's fields."""
    event = artifact.event(kind.__name__)
    indexed = tuple(parameter for parameter in event.inputs if parameter.indexed)
    unindexed = tuple(parameter for parameter in event.inputs if not parameter.indexed)
    names = tuple(snake_case(parameter.name) for parameter in indexed + unindexed)
    _check_fields(artifact, event, names, kind)
    if any(parameter.type in _DYNAMIC or parameter.type.endswith("]") for parameter in indexed):
        raise BadArtifact(f"{artifact.contract}.{event.name} indexes a value of dynamic size, which is lost")
    return event.topic, EventDecoder(
        kind=kind,
        indexed=tuple(parameter.canonical for parameter in indexed),
        unindexed=tuple(parameter.canonical for parameter in unindexed),
        names=names,
        conversions=tuple(_conversion(parameter) for parameter in indexed + unindexed),
        words=_words(indexed + unindexed),
    )


def _words(parameters: Sequence[Parameter]) -> tuple[ReadWord, ...] | None:
    readers = [word_reader(parameter.canonical) for parameter in parameters]
    return None if None in readers else tuple(reader for reader in readers if reader is not None)


def _check_fields(artifact: Artifact, event: Entry, names: Sequence[str], kind: type[Fact]) -> None:
    expected = {entry.name for entry in fields(kind)} - {"at"}
    if set(names) != expected or len(names) != len(expected):
        raise BadArtifact(
            f"{artifact.contract}.{event.name} has arguments {sorted(names)} where this program expects "
            f"{sorted(expected)}; contracts and package are of different versions"
        )


@dataclass(frozen=True, slots=True)
class LogDecoder:
    """Decodes the logs of one deployment."""

    table: Mapping[tuple[Address, bytes], EventDecoder]

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(sorted({address for address, _ in self.table}))

    @property
    def topics(self) -> tuple[bytes, ...]:
        return tuple(sorted({topic for _, topic in self.table}))

    def decode(self, log: RawLog, block_timestamp: int) -> Fact:
        """Raises LogRefused for whatever our contracts do not emit."""
        if not log.topics:
            raise LogRefused("A log has no topics, which none of our contracts emit")
        decoder = self.table.get((log.address, log.topics[0]))
        if decoder is None:
            raise LogRefused(f"A log of {log.address} is none of the events that are known of it")
        return decoder.decode(log, block_timestamp)


def log_decoder(record: DeploymentRecord) -> LogDecoder:
    """The table for the contracts of this deployment, built from the packaged ABIs."""
    table: dict[tuple[Address, bytes], EventDecoder] = {}
    for contract, kinds in FACTS_OF_CONTRACT.items():
        artifact = load_artifact(contract)
        for kind in kinds:
            topic, decoder = event_decoder(artifact, kind)
            table[record.address_of(contract), topic] = decoder
    return LogDecoder(table)
