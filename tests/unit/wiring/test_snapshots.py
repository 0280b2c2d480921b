"""A daemon knows whether its dataset is the one that its member has published."""

from stage.consortium import Consortium, publish

from oracle.domain.ids import MemberId
from oracle.wiring.problems import told_missing
from oracle.wiring.snapshots import missing_snapshot


async def test_dataset__that_was_published__misses_nothing(consortium: Consortium) -> None:
    north = consortium[2]

    assert await missing_snapshot(north.holder.dataset, north.base.view, north.id) is None


async def test_dataset__of_another_machine_under_the_same_number__is_not_the_published_one(
    consortium: Consortium,
) -> None:
    """Both have a snapshot of that number, with roots of their own."""
    published = consortium.chain.view.publications_of(MemberId(3))[-1].publication

    missing = await missing_snapshot(consortium[2].holder.dataset, consortium.chain.view, MemberId(3))

    assert missing == published.sequence
    assert f"snapshot {published.sequence}:" in told_missing(missing, shared=True)


async def test_dataset__older_than_what_was_published_since__misses_the_newest(
    consortium: Consortium,
) -> None:
    await publish(consortium[3], "newer.example")
    published = consortium.chain.view.publications_of(MemberId(3))[-1].publication

    missing = await missing_snapshot(consortium[2].holder.dataset, consortium.chain.view, MemberId(3))

    assert missing == published.sequence
