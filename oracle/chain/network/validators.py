"""Validators follow membership: what each operator should vote for, decided from values alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oracle.domain.ids import Address, MemberId


class Advice(StrEnum):
    """What a validator of the majority should do about one account."""

    KEEP = "keep"
    ADD = "add"
    DROP = "drop"
    NONE = "none"
    """A member that names no validator, or an account of nobody in standing that does not seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStanding:
    member_id: MemberId
    status: str
    in_standing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorLine:
    """One account or one member, and what follows."""

    member_id: MemberId | None
    """None for a validator that no member names."""
    status: str
    validator: Address | None
    seals: bool
    advice: Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Majority:
    """What a set of validators needs, and what it survives; the same for Clique and QBFT up to rounding."""

    validators: int

    @property
    def votes(self) -> int:
        """To change the set."""
        return self.validators // 2 + 1

    @property
    def sealing(self) -> int:
        """Validators that must run for Clique to go on: each may seal one of so many blocks in a row."""
        return self.validators // 2 + 1

    @property
    def finality(self) -> int:
        """Advised `finality_depth`: twice the deepest reorganisation that was seen among four.

        A half that is cut off seals two blocks; under more load than nodes can bear three were replaced
        (bench/poa.json).
        """
        return 2 * self.sealing

    @property
    def may_fail(self) -> int:
        return self.validators - self.sealing


def compare(
    members: Sequence[MemberStanding], named: Mapping[MemberId, Address], sealing: Sequence[Address]
) -> tuple[ValidatorLine, ...]:
    """Members by number, then validators that belong to none of them.

    `named`: the validator of each member that runs one, in EIP-55 form like `sealing`.
    """
    lines = [_of_member(member, named.get(member.member_id), sealing) for member in members]
    known = {line.validator for line in lines}
    strangers = [
        ValidatorLine(member_id=None, status="no member", validator=account, seals=True, advice=Advice.DROP)
        for account in sealing
        if account not in known
    ]
    return (*lines, *strangers)


def _of_member(member: MemberStanding, account: Address | None, sealing: Sequence[Address]) -> ValidatorLine:
    seals = account in sealing
    match account is not None and member.in_standing, seals:
        case True, True:
            advice = Advice.KEEP
        case True, False:
            advice = Advice.ADD
        case _, True:
            advice = Advice.DROP
        case _:
            advice = Advice.NONE
    return ValidatorLine(
        member_id=member.member_id,
        status=member.status,
        validator=account,
        seals=seals,
        advice=advice,
    )


def wanted_votes(lines: Sequence[ValidatorLine]) -> dict[Address, bool]:
    """What a node should be voting for, and nothing else: additions before removals.

    While somebody is to be added nobody is voted out: the set never gets smaller than it has to be.
    """
    adding = {line.validator: True for line in lines if line.validator and line.advice is Advice.ADD}
    if adding:
        return adding
    return {line.validator: False for line in lines if line.validator and line.advice is Advice.DROP}
