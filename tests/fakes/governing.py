"""What is put to the vote and this member's keys, in memory."""

from collections.abc import Sequence

from oracle.domain.reports import (
    Departed,
    GovernanceOrder,
    KeyKind,
    KeyLine,
    Moved,
    OrderKind,
    ParameterLine,
    PendingValue,
    ProposalLine,
    ProposalState,
    ProposedCall,
    RotationReport,
    Temptation,
)

REGISTRY = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
OPERATOR = "0x52908400098527886E0F7030069857D2E4169EE7"
_HOUR = 3_600
_PARAMETERS = (
    ("hit_fee", 100, 0, 2**64, "credits", PendingValue(value="120", from_epoch=4)),
    ("query_fee", 1, 0, 2**64, "credits", None),
    ("claim_window_s", _HOUR, 1, 2_592_000, "s", None),
    ("epoch_length_s", 604_800, 1, 31_622_400, "s", None),
    ("voting_delay_s", _HOUR, 0, 2_592_000, "s", None),
    ("voting_period_s", _HOUR, 1, 5_184_000, "s", None),
    ("timelock_delay_s", _HOUR, 0, 5_184_000, "s", None),
    ("unclaimed_hit_penalty", 2_000, 0, 2**48, "credits", None),
    ("quorum_percent", 50, 1, 100, "%", None),
    ("code_lists_hash", 1 << 200, 0, 2**256 - 1, "hash", None),
)


class InMemoryGoverning:
    """Takes down what is asked of it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.put: list[tuple[str, str, tuple[str, ...]]] = []
        self.titles: list[str] = []
        self.done: list[tuple[object, ...]] = []
        self.temptations: tuple[Temptation, ...] = ()
        """Of whatever is proposed, and of the values in force."""
        self.signer = OPERATOR
        """Account that orders are to be signed by."""

    async def parameters(self) -> tuple[ParameterLine, ...]:
        return tuple(
            ParameterLine(
                name=name,
                value=str(value),
                least=str(least),
                most=str(most),
                unit=unit,
                purpose="for a test",
                pending=pending,
                warning=" ".join(one.words for one in self.temptations if one.parameter == name),
            )
            for name, value, least, most, unit, pending in _PARAMETERS
        )

    async def propose(self, calls: Sequence[ProposedCall], *, title: str) -> ProposalLine:
        self.put += [(call.contract, call.function, call.arguments) for call in calls]
        self.titles.append(title)
        return ProposalLine(
            proposal_id="81230123456789",
            title=title or "Made from the calls",
            state=ProposalState.PENDING,
            proposer=OPERATOR,
            votes_for=0,
            votes_against=0,
            votes_abstain=0,
            quorum=2,
            voting_starts_at=1_700_000_000,
            voting_ends_at=1_700_003_600,
            temptations=self.temptations,
        )

    async def keys(self) -> tuple[KeyLine, ...]:
        old = KeyLine(
            kind=KeyKind.SEALING,
            version=1,
            public="0x" + "11" * 32,
            in_folder=True,
            current=False,
            replaced_at=1_700_000_000,
            valid_until=1_700_086_400,
        )
        new = KeyLine(kind=KeyKind.SEALING, version=2, public="0x" + "22" * 32, in_folder=True, current=True)
        prepared = KeyLine(kind=KeyKind.OPERATOR, version=2, public=OPERATOR, in_folder=True, current=False)
        return old, new, prepared

    async def order_operator(self, *, grace_s: int | None) -> GovernanceOrder:
        return GovernanceOrder(
            kind=OrderKind.ROTATE_OPERATOR,
            chain_id=31337,
            registry=REGISTRY,
            signer=self.signer,
            member_id=1,
            version=2,
            operator=OPERATOR,
            grace_s=86_400 if grace_s is None else grace_s,
        )

    async def rotate_operator(self, *, version: int, grace_s: int, authorization: bytes) -> RotationReport:
        self.done.append(("operator", version, grace_s, authorization))
        return self._rotated(KeyKind.OPERATOR)

    async def rotate(self, kind: KeyKind, *, grace_s: int | None) -> RotationReport:
        self.done.append((kind.value, grace_s))
        return self._rotated(kind)

    async def move(self, endpoint: str) -> Moved:
        self.done.append(("endpoint", endpoint))
        return Moved(endpoint=endpoint, block=7, transaction="0x" + "ab" * 32)

    async def order_departure(self) -> GovernanceOrder:
        return GovernanceOrder(
            kind=OrderKind.LEAVE, chain_id=31337, registry=REGISTRY, signer=self.signer, member_id=1
        )

    async def leave(self, authorization: bytes) -> Departed:
        self.done.append(("leave", authorization))
        return Departed(member_id=1, block=9, transaction="0x" + "cd" * 32)

    def _rotated(self, kind: KeyKind) -> RotationReport:
        return RotationReport(
            kind=kind, version=2, previous_until=1_700_086_400, block=7, transaction="0x" + "ab" * 32
        )
