"""Facts of the governed parameters."""

from dataclasses import dataclass

from oracle.chain.facts.placed import Placed
from oracle.domain.ids import Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDeclared(Placed):
    key: bytes
    name: str
    min: int
    max: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet(Placed):
    key: bytes
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSet(Placed):
    version: int
    query_fee: Credits
    hit_fee: Credits
    from_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochLengthSet(Placed):
    from_epoch: int
    start: int
    """Unix seconds at which that epoch begins."""
    length_s: int
