"""A holder whose index says something else than what it committed to is caught on the path to the root."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.lies import Buckets, LyingCuts, LyingIndex, in_bucket, in_fullest, rows_of

from oracle.domain.ids import Tag
from oracle.domain.query import Bucket, Cut, Element
from oracle.domain.settlement import RefusalReason


async def _answer_from(talk: Conversation, snapshots: LyingIndex | LyingCuts) -> None:
    """One query, answered by the real code from this index, then judged."""
    await talk.ask(HELD, MISSED)
    maker = talk.holder.maker(snapshots=snapshots)
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()


def _without_first(bucket: Bucket) -> Bucket:
    return in_bucket(bucket, rows_of(bucket)[1:])


def _with_one_more(bucket: Bucket) -> Bucket:
    return in_bucket(bucket, sorted([*rows_of(bucket), (Tag(b"\x77" * 16), b"\x88" * 32)]))


def _with_another_digest(bucket: Bucket) -> Bucket:
    return replace(bucket, digests=(b"\x99" * 32, *bucket.digests[1:]))


def _backwards(bucket: Bucket) -> Bucket:
    return in_bucket(bucket, rows_of(bucket)[::-1])


def _first_twice(bucket: Bucket) -> Bucket:
    return in_bucket(bucket, [rows_of(bucket)[0], *rows_of(bucket)])


def _emptied(buckets: Buckets) -> Buckets:
    return [in_bucket(bucket, []) for bucket in buckets]


def _first_two_exchanged(buckets: Buckets) -> Buckets:
    first, second, *others = buckets
    return [second, first, *others]


def _one_shown_everywhere(buckets: Buckets) -> Buckets:
    return [buckets[0]] * len(buckets)


@pytest.mark.parametrize(
    ("rewrite", "reason"),
    [
        pytest.param(in_fullest(_without_first), RefusalReason.REPLY_PATH_WRONG, id="an entry dropped"),
        pytest.param(_emptied, RefusalReason.REPLY_PATH_WRONG, id="every entry denied"),
        pytest.param(in_fullest(_with_one_more), RefusalReason.REPLY_PATH_WRONG, id="an entry invented"),
        pytest.param(
            in_fullest(_with_another_digest), RefusalReason.REPLY_PATH_WRONG, id="another record's digest"
        ),
        pytest.param(
            _first_two_exchanged, RefusalReason.REPLY_PATH_WRONG, id="two buckets under each other's number"
        ),
        pytest.param(
            _one_shown_everywhere, RefusalReason.REPLY_PATH_WRONG, id="one bucket under every number"
        ),
        pytest.param(in_fullest(_backwards), RefusalReason.REPLY_ORDER_WRONG, id="entries out of order"),
        pytest.param(in_fullest(_first_twice), RefusalReason.REPLY_ORDER_WRONG, id="an entry twice"),
    ],
)
async def test_reply__from_buckets_that_were_not_committed__is_no_answer(
    talk: Conversation, rewrite: Callable[[Buckets], Buckets], reason: RefusalReason
) -> None:
    await _answer_from(talk, LyingIndex(talk.holder, rewrite))

    await talk.require_caught(reason)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda cut: replace(cut, buckets=cut.buckets[:-1]), id="a bucket left out"),
        pytest.param(lambda cut: replace(cut, buckets=cut.buckets[:1]), id="only the first bucket"),
        pytest.param(lambda cut: replace(cut, buckets=cut.buckets * 2), id="twice as many buckets"),
        pytest.param(lambda cut: replace(cut, siblings=cut.siblings[:-1]), id="a sibling left out"),
        pytest.param(
            lambda cut: replace(cut, siblings=(*cut.siblings, bytes(32))), id="a sibling more than bits"
        ),
        pytest.param(lambda cut: replace(cut, siblings=cut.siblings[::-1]), id="siblings in another order"),
    ],
)
async def test_reply__with_a_subtree_or_path_of_another_shape__is_no_answer(
    talk: Conversation, change: Callable[[Cut], Cut]
) -> None:
    await _answer_from(talk, LyingCuts(talk.holder, change=change))

    await talk.require_caught(RefusalReason.REPLY_PATH_WRONG)


async def test_reply__with_the_whole_subtree_of_another_prefix__is_no_answer(talk: Conversation) -> None:
    def beside(element: Element) -> Element:
        return replace(element, prefix=element.prefix ^ 1)

    await _answer_from(talk, LyingCuts(talk.holder, elsewhere=beside))

    await talk.require_caught(RefusalReason.REPLY_PATH_WRONG)


async def test_reply__with_a_smaller_true_subtree__is_no_answer(talk: Conversation) -> None:
    """Buckets and siblings of a longer prefix do lead to the root; the requester says how long it is."""

    def narrower(element: Element) -> Element:
        return replace(element, prefix_bits=element.prefix_bits + 1, prefix=element.prefix << 1)

    await _answer_from(talk, LyingCuts(talk.holder, elsewhere=narrower))

    await talk.require_caught(RefusalReason.REPLY_PATH_WRONG)
