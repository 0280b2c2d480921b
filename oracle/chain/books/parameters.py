"""The governed parameters, prices and epochs."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import assert_never

from oracle.chain.errors import UnknownParameter
from oracle.chain.facts import EpochLengthSet, ParameterDeclared, ParameterFact, ParameterSet, PricesSet
from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Broken
from oracle.domain.ids import BlockNumber, Credits

_PRICES = frozenset({"query_fee", "hit_fee", "price_version"})
_LENGTH = "epoch_length_s"


def parameter_key(name: str) -> bytes:
    """keccak256 of the name, as the contract keys its parameters."""
    return keccak256(name.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    """A value and the block since which it holds."""

    value: int
    since_block: BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    version: int
    query_fee: Credits
    hit_fee: Credits
    from_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits fixed at the deployment, inclusive."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochCheckpoint:
    """From `start` on, epoch `first` and those after it last `length_s` seconds each."""

    start: int
    """Unix seconds."""
    first: int
    length_s: int

    def epoch_of(self, timestamp: int) -> int:
        return self.first + (timestamp - self.start) // self.length_s

    def start_of(self, epoch: int) -> int:
        """Unix seconds in which it begins."""
        return self.start + (epoch - self.first) * self.length_s

    def end_of(self, epoch: int) -> int:
        """Unix seconds in which the next epoch begins, if no other length takes effect before."""
        return self.start + (epoch - self.first + 1) * self.length_s


@dataclass(slots=True)
class ParameterBook:
    _names: dict[bytes, str] = field(default_factory=dict)
    _values: dict[str, list[ParameterValue]] = field(default_factory=dict)
    _bounds: dict[str, Bounds] = field(default_factory=dict)
    _prices: list[Prices] = field(default_factory=list)
    _lengths: list[EpochCheckpoint] = field(default_factory=list)
    """Governed changes of the epochs' length, the newest last."""

    def apply(self, fact: ParameterFact) -> None:
        match fact:
            case ParameterDeclared():
                if parameter_key(fact.name) != fact.key:
                    raise Broken(f"Parameter '{fact.name}' is declared under the key of another name")
                self._names[fact.key] = fact.name
                self._bounds[fact.name] = Bounds(least=fact.min, most=fact.max)
                self._append(fact.name, fact.value, fact.at.block_number)
            case ParameterSet():
                name = self._names.get(fact.key)
                if name is None:
                    raise Broken("A parameter is set that was never declared: a fact is missing")
                self._append(name, fact.value, fact.at.block_number)
            case PricesSet():
                self._prices.append(
                    Prices(
                        version=fact.version,
                        query_fee=fact.query_fee,
                        hit_fee=fact.hit_fee,
                        from_epoch=fact.from_epoch,
                    )
                )
            case EpochLengthSet():
                # A change that has not taken effect yet is replaced by the next one.
                if self._lengths and self._lengths[-1].first == fact.from_epoch:
                    self._lengths.pop()
                self._lengths.append(
                    EpochCheckpoint(start=fact.start, first=fact.from_epoch, length_s=fact.length_s)
                )
            case _:
                assert_never(fact)

    def _append(self, name: str, value: int, block: BlockNumber) -> None:
        self._values.setdefault(name, []).append(ParameterValue(value=value, since_block=block))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._values.keys() - _PRICES))

    def bounds(self, name: str) -> Bounds:
        """Raises UnknownParameter."""
        found = self._bounds.get(name)
        if found is None:
            raise UnknownParameter(f"The chain has no parameter '{name}'")
        return found

    def current(self, name: str) -> ParameterValue:
        """Raises UnknownParameter."""
        return self._history(name)[-1]

    def at_block(self, name: str, block: BlockNumber) -> ParameterValue:
        """The value at the end of this block. Raises UnknownParameter."""
        history = self._history(name)
        index = bisect_right(history, block, key=lambda entry: entry.since_block)
        if index == 0:
            raise UnknownParameter(f"The parameter '{name}' had no value at block {block}")
        return history[index - 1]

    def _history(self, name: str) -> list[ParameterValue]:
        if name in _PRICES:
            raise UnknownParameter(f"'{name}' depends on the epoch; ask for the prices of one")
        history = self._values.get(name)
        if history is None:
            raise UnknownParameter(f"The chain has no parameter '{name}'")
        return history

    def epoch_of(self, timestamp: int) -> int:
        """Epoch of a moment in unix seconds; 0 before the first one starts, as on the chain."""
        return self.checkpoint_at(timestamp).epoch_of(timestamp)

    def checkpoint_at(self, timestamp: int) -> EpochCheckpoint:
        """The start and length that rule at this moment."""
        for checkpoint in reversed(self._lengths):
            if checkpoint.start <= timestamp:
                return checkpoint
        first = self._first_checkpoint()
        return first if first.start <= timestamp else replace(first, start=timestamp)

    def checkpoint_of(self, epoch: int) -> EpochCheckpoint:
        """The start and length that this epoch has."""
        ruling = (checkpoint for checkpoint in reversed(self._lengths) if checkpoint.first <= epoch)
        return next(ruling, self._first_checkpoint())

    def _first_checkpoint(self) -> EpochCheckpoint:
        return EpochCheckpoint(
            start=self.current("epoch_start").value, first=0, length_s=self.current(_LENGTH).value
        )

    def pending_length(self, timestamp: int) -> EpochCheckpoint | None:
        """A length that was decided and has not taken effect yet."""
        return self._lengths[-1] if self._lengths and self._lengths[-1].start > timestamp else None

    def pending_prices(self, epoch: int) -> Prices | None:
        """Prices that were decided and apply from an epoch after this one."""
        return self._prices[-1] if self._prices and self._prices[-1].from_epoch > epoch else None

    def prices_at(self, epoch: int) -> Prices:
        """The newest prices that apply in this epoch. Raises UnknownParameter."""
        for prices in reversed(self._prices):
            if prices.from_epoch <= epoch:
                return prices
        raise UnknownParameter(f"No prices are set for epoch {epoch}")
