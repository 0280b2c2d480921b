"""Lines of a file that are submitted again are the query that they became, asked and paid once."""

import pytest
from stage.consortium import Consortium, House

from oracle.domain.reports import AskingMode, QueryAccepted, RawSubject, Stretch
from oracle.store.stretches import StretchDiffers

FIRST = Stretch(run="5a" * 16, first_line=1, last_line=3)
LINES = ("north.example", "not a domain", "clear.example")


@pytest.fixture
def asker(consortium: Consortium) -> House:
    return consortium[1]


async def _submit(
    asker: House,
    *names: str,
    stretch: Stretch = FIRST,
    case: str = "case 17",
    mode: AskingMode = AskingMode.COMMITTED,
) -> QueryAccepted:
    subjects = [RawSubject(type="domain", value=name) for name in names]
    return await asker.requester.desk.submit(
        subjects, purpose=None, case_reference=case, deadline_s=None, mode=mode, stretch=stretch
    )


async def test_stretch__submitted_again__is_the_same_query_and_is_committed_once(asker: House) -> None:
    orders = len(asker.lane.orders)
    first = await _submit(asker, *LINES)

    again = await _submit(asker, *LINES)
    await asker.commit()
    later = await _submit(asker, *LINES)

    assert first == again == later
    assert [one.index for one in later.refused] == [1]
    assert len(await asker.requester.desk.queries(limit=9)) == 1
    assert len(asker.lane.orders) == orders + 1


async def test_stretch__asked_express_and_again_after_its_answers__is_charged_once(
    consortium: Consortium, asker: House
) -> None:
    first = await _submit(asker, *LINES, mode=AskingMode.EXPRESS)
    await asker.requester.express.round()
    await asker.judge()
    batch = await asker.batch(first)
    charged = await asker.requester.journals.charges.charge_of(consortium[2].id, batch.batch_id)

    again = await _submit(asker, *LINES, mode=AskingMode.EXPRESS)
    await asker.requester.express.round()
    await asker.judge()

    assert again == first
    assert charged is not None
    assert await asker.requester.journals.charges.charge_of(consortium[2].id, batch.batch_id) == charged
    assert (await asker.requester.desk.query_state(first.query_id)).summary.hits == 1


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (("north.example", "not a domain", "other.example"), {}),
        (("not a domain", "north.example", "clear.example"), {}),
        (LINES, {"case": "case 18"}),
        (LINES, {"mode": AskingMode.EXPRESS}),
        (LINES, {"stretch": Stretch(run=FIRST.run, first_line=3, last_line=5)}),
    ],
)
async def test_stretch__continued_with_something_else__is_refused_and_asks_nothing(
    asker: House, names: tuple[str, ...], options: dict[str, object]
) -> None:
    await _submit(asker, *LINES)

    with pytest.raises(StretchDiffers) as refused:
        await _submit(asker, *names, **options)

    assert "example" not in str(refused.value)
    assert len(await asker.requester.desk.queries(limit=9)) == 1
