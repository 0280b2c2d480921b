"""What a holder presents beside what the requester shows: who is told two things, and who is not."""

import pytest

from oracle.domain.settlement import RefusalReason
from oracle.rules.presented import Said, hides

ONE, OTHER = (0, b"\x01a", b"r"), (2, b"\x01b", b"s")
CLAIMS = Said(accepted=True, reason=0, claims=(ONE, OTHER))
SOME = Said(accepted=True, reason=0, claims=(ONE,))
NONE = Said(accepted=True, reason=0)
ANOTHER_OPENING = Said(accepted=True, reason=0, claims=(ONE, (2, b"\x01b", b"t")))
LATE = Said(accepted=False, reason=RefusalReason.REPLY_LATE)
LOST = Said(accepted=False, reason=RefusalReason.JOURNAL_LOST)
WRONG = Said(accepted=False, reason=RefusalReason.REPLY_PROOF_WRONG)
MALFORMED = Said(accepted=False, reason=RefusalReason.REPLY_MALFORMED)

TABLE: dict[str, tuple[Said | None, Said, bool]] = {
    "left out, accepted": (None, CLAIMS, True),
    "left out, accepted without a claim": (None, NONE, True),
    "left out, refused as wrong": (None, WRONG, True),
    "left out, too late": (None, LATE, False),
    "left out, lost": (None, LOST, False),
    "the same": (CLAIMS, CLAIMS, False),
    "the same without a claim": (NONE, NONE, False),
    "claimed to auditors alone": (CLAIMS, NONE, True),
    "some claimed to auditors alone": (CLAIMS, SOME, True),
    "more claimed of the holder": (SOME, CLAIMS, True),
    "claimed of the holder with another opening": (CLAIMS, ANOTHER_OPENING, True),
    "accepted to auditors, too late to the holder": (CLAIMS, LATE, True),
    "accepted to auditors, wrong to the holder": (NONE, WRONG, True),
    "too late to auditors, accepted to the holder": (LATE, NONE, True),
    "wrong to auditors, accepted to the holder": (WRONG, NONE, True),
    "too late to auditors, wrong to the holder": (LATE, WRONG, True),
    "wrong to auditors, too late to the holder": (WRONG, LATE, False),
    "wrong to both": (WRONG, WRONG, False),
    "wrong to both for two reasons": (WRONG, MALFORMED, False),
    "too late to both": (LATE, LATE, False),
    "too late, and lost": (LATE, LOST, False),
}


@pytest.mark.parametrize("case", TABLE)
def test_receipts__shown_and_presented__hide_something_where_they_tell_two_things(case: str) -> None:
    shown, presented, hidden = TABLE[case]

    assert hides(shown, presented) is hidden
