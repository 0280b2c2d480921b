"""Counts as accepted what the ledger sets off against vouchers, and no answer to a receipt has counted."""

from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId
from oracle.rules.cases import Case
from oracle.store.disputes import ClaimedJournal
from oracle.store.vouchers import VoucherJournal

AWARDED = frozenset({CaseState.UPHELD, CaseState.DISMISSED})


class SettingOff:
    """The price of a disputed hit, once its case is settled and a party has it.

    The ledger takes it off what the pair's vouchers pay. An answer to a receipt counts the hits that it
    serves, and a claim that came after its window is not served. Were it not counted afterwards, a requester
    could leave it out of its vouchers: a record shown in a dispute would be paid out of what it owes for
    others.
    """

    def __init__(
        self, *, me: MemberId, vouchers: VoucherJournal, claimed: ClaimedJournal, view: AllianceView
    ) -> None:
        self._me = me
        self._vouchers = vouchers
        self._claimed = claimed
        self._view = view
        self._seen: set[bytes] = set()

    async def round(self) -> None:
        """Count each once; of a claim that is not known its receipt may still come."""
        for case in tuple(self._view.audits.cases.values()):
            if case.id in self._seen or not self._sets_off(case):
                continue
            requester = case.opener or MemberId(0)
            claim = await self._claimed.of_digest(requester, case.subject)
            unserved = claim is not None and claim.record_digest is None
            if unserved or await self._vouchers.is_disputed(requester, case.id):
                await self._vouchers.set_off(requester, case.id, case.amount)
            elif claim is None:
                continue
            self._seen.add(case.id)

    def _sets_off(self, case: Case) -> bool:
        disputed = case.kind is CaseKind.DISPUTE and case.accused == self._me
        return disputed and case.amount > 0 and case.outcome in AWARDED
