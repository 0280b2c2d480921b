"""Every governed number with its bounds, its unit, what it is for, and a change that is still to come."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from oracle.chain.calls import Contract, integer
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.consortium_governor import ConsortiumGovernor
from oracle.chain.contracts.consortium_timelock import ConsortiumTimelock
from oracle.chain.deploy.parameters import GOVERNANCE
from oracle.chain.view import AllianceView
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import ParameterLine, PendingValue
from oracle.governing.parameter_words import words_for
from oracle.governing.stakes import temptations_in_force

_LENGTH = "epoch_length_s"
_FEES = ("query_fee", "hit_fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersReader:
    """The view knows the protocol's parameters; governor and timelock are asked for their own."""

    view: AllianceView
    governor: ConsortiumGovernor
    timelock: ConsortiumTimelock
    connection: ChainConnection

    async def lines(self, block: BlockNumber) -> tuple[ParameterLine, ...]:
        """Those of the votes first, then the others by name."""
        voting = (
            ("voting_delay_s", self.governor.contract, "votingDelay"),
            ("voting_period_s", self.governor.contract, "votingPeriod"),
            ("timelock_delay_s", self.timelock.contract, "getMinDelay"),
            ("quorum_percent", self.governor.contract, "quorumNumerator()"),
        )
        asked = [await self._asked(name, contract, function, block) for name, contract, function in voting]
        listed = (*asked, *sorted(self._protocol(), key=lambda line: line.name))
        warnings = {one.parameter: f"{one.words} {one.remedy}" for one in temptations_in_force(self.view)}
        return tuple(replace(line, warning=warnings.get(line.name, "")) for line in listed)

    async def _asked(self, name: str, contract: Contract, function: str, block: BlockNumber) -> ParameterLine:
        value = integer(await contract.read(self.connection, block, function))
        bounds = GOVERNANCE[name]
        return _line(name, value, least=bounds.least, most=bounds.most)

    def _protocol(self) -> Iterator[ParameterLine]:
        book, now = self.view.parameters, self.view.now
        epoch = book.epoch_of(now)
        prices, pending = book.prices_at(epoch), book.pending_prices(epoch)
        for name in _FEES:
            bounds = book.bounds(name)
            change = (
                None
                if pending is None
                else PendingValue(value=str(getattr(pending, name)), from_epoch=pending.from_epoch)
            )
            value = getattr(prices, name)
            yield _line(name, value, least=bounds.least, most=bounds.most, pending=change)
        for name in book.names:
            bounds = book.bounds(name)
            if name != _LENGTH:
                yield _line(name, book.current(name).value, least=bounds.least, most=bounds.most)
                continue
            length = book.pending_length(now)
            change = (
                None if length is None else PendingValue(value=str(length.length_s), from_epoch=length.first)
            )
            value = book.checkpoint_at(now).length_s
            yield _line(name, value, least=bounds.least, most=bounds.most, pending=change)


def _line(
    name: str, value: int, *, least: int, most: int, pending: PendingValue | None = None
) -> ParameterLine:
    unit, purpose = words_for(name)
    return ParameterLine(
        name=name,
        value=str(value),
        least=str(least),
        most=str(most),
        unit=unit,
        purpose=purpose,
        pending=pending,
    )
