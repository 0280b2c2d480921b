"""What looks after reorganisations in a member that a test puts together: honestly, or not at all."""

from oracle.asking.reordering import Reordering
from oracle.domain.ids import MemberId
from oracle.wiring.foundation import Foundation
from oracle.wiring.requester import Requester


class Heedless:
    """Lets every reply leave, from whatever snapshot: a cheat does not stop itself."""

    async def round(self) -> None:
        """Nothing is answered anew."""

    def look_again(self) -> None:
        """It never looks."""

    def in_order(self, *_: object) -> bool:
        return True


def reordering_of(base: Foundation, me: MemberId, requester: Requester) -> Reordering:
    """An honest requester's."""
    return Reordering(
        me=me,
        journal=requester.superseded,
        replies=requester.journals.replies,
        receipts=requester.receipts,
        view=base.view,
        clock=base.clock,
        changed=lambda: None,
    )
