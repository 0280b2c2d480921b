"""What a refusal means to the operator of who is refused, and what helps."""

from typing import Final

from oracle.domain.settlement import RefusalReason

_MEANS: Final = {
    RefusalReason.NOT_IN_STANDING: "this member may not ask now; `riskmesh status` says why",
    RefusalReason.EXPOSURE_EXCEEDED: (
        "this member would owe the holder more than its share of what it could still pay; ask less until the "
        "holder has redeemed or answers have earned some (`riskmesh credits`)"
    ),
    RefusalReason.RECEIPT_OUTSTANDING: (
        "the holder waits for a receipt of an earlier reply; it is sent by itself (`riskmesh status`)"
    ),
    RefusalReason.BUDGET_EXCEEDED: (
        "more elements than this member may ask for in this epoch; ask in the next one, or in committed mode"
    ),
    RefusalReason.VOUCHER_NOT_COVERING: (
        "the holder has accepted more of this member than the voucher pays for, and does not prove it by a "
        "newer voucher of ours; compare both accounts (`riskmesh credits`)"
    ),
    RefusalReason.VOUCHER_NOT_COMPARABLE: (
        "the holder has a voucher of this member that is neither greater nor smaller; compare both accounts "
        "(`riskmesh credits`): the journal may be an older copy"
    ),
    RefusalReason.REPLY_TOO_LARGE: "ask in smaller batches",
    RefusalReason.CLAIM_WINDOW_CLOSED: "the receipt came too late; the answer is paid for, no record comes",
}


def explained(code: int) -> str:
    """The reason in words, and what helps where something does."""
    if code not in set(RefusalReason):
        return f"reason {code}"
    reason = RefusalReason(code)
    name = reason.name.replace("_", " ").lower()
    return f"{name}: {_MEANS[reason]}" if reason in _MEANS else name
