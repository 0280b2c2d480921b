"""What the values in force, and those that a proposal would set, make of honesty."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from oracle.chain.view import AllianceView
from oracle.domain.ids import Address
from oracle.domain.reports import Temptation
from oracle.governing.wording import decoded, parameter_name
from oracle.rules.incentives import Stakes, temptations

_PARAMETERS = "ProtocolParameters"
_FEE, _LENGTH = "hit_fee", "epoch_length_s"
_NAMES = tuple(field.name for field in fields(Stakes))


def temptations_in_force(view: AllianceView) -> tuple[Temptation, ...]:
    """With what is decided and still to come, where that is worse."""
    return temptations(_in_force(view), others=_others(view))


def temptations_after(
    view: AllianceView, calls: Iterable[tuple[Address, bytes]], contracts: Mapping[Address, str]
) -> tuple[Temptation, ...]:
    """Once these calls are carried out; none when they set nothing of it."""
    before = after = _in_force(view)
    for target, calldata in calls:
        after = replace(after, **_set_by(view, contracts.get(target, ""), calldata))
    return () if after == before else temptations(after, others=_others(view))


def _in_force(view: AllianceView) -> Stakes:
    book, now = view.parameters, view.now
    values = {name: book.current(name).value for name in _NAMES if name not in {_FEE, _LENGTH}}
    epoch = book.epoch_of(now)
    fees = [book.prices_at(epoch), book.pending_prices(epoch)]
    lengths = [book.checkpoint_at(now), book.pending_length(now)]
    values[_FEE] = max(prices.hit_fee for prices in fees if prices is not None)
    values[_LENGTH] = max(one.length_s for one in lengths if one is not None)
    return Stakes(**values)


def _others(view: AllianceView) -> int:
    return max(0, len(view.members_in_standing()) - 1)


def _set_by(view: AllianceView, contract: str, calldata: bytes) -> dict[str, int]:
    """What a call sets of the stakes. A value beyond its bounds is set by none: the contract refuses it."""
    call = decoded(contract, calldata) if contract == _PARAMETERS else None
    if call is None:
        return {}
    entry, values = call
    match entry.name:
        case "set":
            name, value = parameter_name(view, values[0]), values[1]
            if name in {_FEE, _LENGTH}:
                return {}
        case "setPrices":
            name, value = _FEE, values[1]
        case "setEpochLength":
            name, value = _LENGTH, values[0]
        case _:
            return {}
    if name not in _NAMES or not isinstance(value, int):
        return {}
    bounds = view.parameters.bounds(name)
    return {name: value} if bounds.least <= value <= bounds.most else {}
