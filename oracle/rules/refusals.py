"""What a refusal means to the operator of who is refused, and what helps."""

from typing import Final

from oracle.domain.settlement import RefusalReason

_MEANS: Final = {
    RefusalReason.NOT_IN_STANDING: "this member may not ask now; `riskmesh status` says why",
    RefusalReason.DEADLINE_PASSED: "the holder read the request too late; ask again with a longer deadline",
    RefusalReason.BAD_SIGNATURE: (
        "not signed by an operator key of this member that counts; was it replaced without grace "
        "(`riskmesh keys list`)? Ask again"
    ),
    RefusalReason.PREFIX_NOT_GOVERNED: "a vote has changed the lengths of prefixes meanwhile; ask again",
    RefusalReason.NOT_READY: "the holder has no snapshot to answer from; ask again when it has published",
    RefusalReason.PURPOSE_UNKNOWN: "the members' list has no such purpose; ask under another one",
    RefusalReason.MODE_NOT_SERVED: (
        "the holder answers no express queries, or none of members with so low a score (`riskmesh quality`) "
        "or with an unanswered report (`riskmesh audits`); ask in committed mode"
    ),
    RefusalReason.REFERENCE_TOO_OLD: (
        "the holder has read the chain much further than this member (`riskmesh status`); look at the nodes"
    ),
    RefusalReason.NONCE_REUSED: (
        "the holder has another request of this member under this nonce, which it can prove: does a second "
        "daemon run on these keys?"
    ),
    RefusalReason.TIMES_NOT_ALLOWED: "the clocks of both machines are too far apart; set them",
    RefusalReason.EXPOSURE_EXCEEDED: (
        "this member would owe the holder more than its share of what it could still pay (`riskmesh credits` "
        "has both); ask less until the holder has redeemed or answers have earned some"
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
    RefusalReason.VOUCHER_BAD: (
        "not signed by an operator key of this member that the holder knows, or too large; was the key "
        "replaced without grace (`riskmesh keys list`)? Then talk to the holder"
    ),
    RefusalReason.RECEIPT_DIFFERS: (
        "the holder has settled another receipt for this batch: is the journal an older copy, or "
        "does a second daemon run on these keys?"
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
