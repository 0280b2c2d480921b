"""When express batches go into an anchor, and when one that is in none is reported."""

from dataclasses import dataclass

MOST_BATCHES = 4_096
"""In one anchor: so that its proofs stay short and its tree is made in milliseconds."""

CLOSING_TURN_S = 600
"""So long each member leaves the closing of a report to those before it, its reporter being the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorPolicy:
    """The institution's configuration; the consortium's window bounds the age."""

    batches: int
    """So many wait at most."""
    age_s: int
    """The oldest waits at most so long, and never longer than a third of the anchor window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Batches that stand in no anchor yet."""

    batches: int
    oldest_issued_at: int
    """Unix seconds."""
    reported: bool
    """Whether one of them was reported: then every block counts."""


def anchor_is_due(
    waiting: Waiting,
    policy: AnchorPolicy,
    *,
    window_s: int,
    now: int,
    epoch_end: int,
    epoch_length_s: int,
) -> bool:
    """Whether to anchor now. Before an epoch ends all of it is anchored, so that its own budget is used."""
    if not waiting.batches:
        return False
    patience_s = min(policy.age_s, max(1, window_s // 3))
    age_s = now - waiting.oldest_issued_at
    # A quarter of a short epoch, so that not every batch gets an anchor of its own.
    ending = epoch_end - now <= min(patience_s, epoch_length_s // 4)
    return waiting.reported or waiting.batches >= policy.batches or age_s >= patience_s or ending


def report_is_due(*, issued_at: int, window_s: int, retention_s: int, now: int) -> bool:
    """Whether a request without an anchor may be reported; `now` is the newest block's time."""
    return issued_at + window_s < now <= issued_at + retention_s


def report_is_closable(*, appeal_by: int, turns_before: int, now: int) -> bool:
    """Whether no vote can overturn it any more, and the members before this one had their turns."""
    return now > appeal_by + turns_before * CLOSING_TURN_S


def what_to_do_about_a_report(*, unanswered: bool) -> str:
    """What a requester has to do about an open report of its batch."""
    if unanswered:
        return (
            "Nobody answered it in time: a breach and a penalty follow when it is closed, and until then no "
            "holder answers express requests. Ask the members for an appeal, and ask in committed mode."
        )
    return "The daemon anchors the batch and answers: keep it running, able to send and within its budget."


def unreached_is_reported(issued_at: int, window_s: int, now: int) -> bool:
    """Whether a requester that is not reached is reported: a needless report would cost, so after a while."""
    return now > issued_at + 2 * window_s
