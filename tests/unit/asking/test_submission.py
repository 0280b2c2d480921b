"""A question is taken in, signed and journalled as a whole before anything of it leaves."""

import asyncio
from collections.abc import Callable

import pytest
from stage.consortium import Consortium, House

from oracle.asking.budget import EvaluationBudgetExceeded, OwnBudget
from oracle.asking.submission import (
    AskingPolicy,
    NothingToAsk,
    PurposeUnknown,
    Submission,
)
from oracle.asking.timing import DeadlineNotAllowed
from oracle.chain import facts
from oracle.chain.books.parameters import parameter_key
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import BatchState
from oracle.domain.ids import KeyVersion
from oracle.domain.messages import Mode
from oracle.domain.reports import QueryAccepted, RawSubject
from oracle.peer.bodies.elements import elements_hash, unpack_elements
from oracle.peer.statements import parse_request


def _domains(*names: str) -> list[RawSubject]:
    return [RawSubject(type="domain", value=name) for name in names]


@pytest.fixture
def asker(consortium: Consortium) -> House:
    return consortium[1]


async def _submit(
    asker: House, subjects: list[RawSubject], *, purpose: int | None = None, deadline_s: int | None = None
) -> QueryAccepted:
    return await asker.requester.desk.submit(
        subjects, purpose=purpose, case_reference="case 17", deadline_s=deadline_s
    )


async def test_query__submitted__is_journalled_and_nothing_of_it_has_left(asker: House) -> None:
    orders = len(asker.lane.orders)

    accepted = await _submit(asker, _domains("a.example", "b.example"))

    (batch,) = await asker.requester.journals.asked.batches_of(accepted.query_id)
    assert batch.state is BatchState.PREPARED
    assert accepted.batches == ("0x" + batch.batch_id.hex(),)
    assert len(asker.lane.orders) == orders
    assert asker.client.sent == []
    assert asker.woken == ["commit"]


async def test_request__as_journalled__is_signed_and_names_exactly_the_elements(asker: House) -> None:
    accepted = await _submit(asker, _domains("a.example", "b.example"), deadline_s=77)

    batch = await asker.batch(accepted)
    signed = parse_request(batch.content.statement)
    request = signed.value
    now = asker.base.clock.chain_time()
    assert asker.notary.signed_by(request, signed.signature, asker.id, KeyVersion(1))
    assert asker.notary.batch_id(request) == batch.batch_id
    assert (request.mode, request.requester, request.count) == (Mode.COMMITTED, asker.id, 2)
    assert request.elements_hash == elements_hash(batch.content.elements)
    assert (request.issued_at, request.deadline, batch.deadline) == (now, now + 77, now + 77)
    assert request.case_commitment == keccak256(batch.content.case_salt + b"case 17")
    bits = asker.base.view.parameter("prefix_bits_6").value
    assert {element.prefix_bits for element in unpack_elements(batch.content.elements)} == {bits}


async def test_query__with_lines_that_are_no_subjects__asks_the_rest_and_says_which_and_why(
    asker: House,
) -> None:
    subjects = [
        RawSubject(type="domain", value="not a domain"),
        RawSubject(type="domain", value="A.Example"),
        RawSubject(type="shoe_size", value="43"),
        RawSubject(type="DOMAIN", value="b.example"),
    ]

    accepted = await _submit(asker, subjects)

    assert accepted.asked == 1
    assert [refused.index for refused in accepted.refused] == [0, 2, 3]
    assert accepted.refused[1].reason == "the subject type is not known"
    assert "not a domain" not in accepted.refused[0].reason
    (opening,) = (await asker.batch(accepted)).content.openings
    assert (opening.subject.value, opening.positions) == ("a.example", (1,))


@pytest.mark.parametrize("subjects", [[], _domains("not a domain", "nor this")])
async def test_query__without_a_valid_subject__is_refused_and_leaves_nothing(
    asker: House, subjects: list[RawSubject]
) -> None:
    with pytest.raises(NothingToAsk) as refused:
        await _submit(asker, subjects)

    assert "nor this" not in str(refused.value)
    assert await asker.requester.desk.queries(limit=9) == ()
    assert asker.woken == []


@pytest.mark.parametrize("offset", [-1, 0])
async def test_purpose__at_the_ends_of_the_governed_list__is_taken_only_inside(
    asker: House, offset: int
) -> None:
    last = asker.base.view.parameter("purpose_count").value
    inside = 1 if offset == -1 else last

    accepted = await _submit(asker, _domains("a.example"), purpose=inside)
    with pytest.raises(PurposeUnknown):
        await _submit(asker, _domains("a.example"), purpose=0 if offset == -1 else last + 1)

    assert parse_request((await asker.batch(accepted)).content.statement).value.purpose == inside


async def test_query__longer_than_the_governed_batch__is_cut_into_batches_with_nonces_of_their_own(
    asker: House,
) -> None:
    asker.chain.declare(max_batch_count=2)

    accepted = await _submit(asker, _domains(*(f"host{number}.example" for number in range(5))))

    batches = await asker.requester.journals.asked.batches_of(accepted.query_id)
    assert [batch.ordinal for batch in batches] == [0, 1, 2]
    assert [batch.count for batch in batches] == [2, 2, 1]
    requests = [parse_request(batch.content.statement).value for batch in batches]
    assert len({request.nonce for request in requests}) == 3
    assert len({request.case_commitment for request in requests}) == 3
    assert len(set(accepted.batches)) == 3


@pytest.mark.parametrize("deadline_s", [0, -1, 86_401])
async def test_query__deadline_that_the_chain_would_refuse__is_refused_at_once(
    asker: House, deadline_s: int
) -> None:
    assert asker.base.view.parameter("max_deadline_s").value == 86_400

    with pytest.raises(DeadlineNotAllowed):
        await _submit(asker, _domains("a.example"), deadline_s=deadline_s)

    assert await asker.requester.journals.asked.query_ids(limit=9) == ()


class StillChain:
    """A chain that makes blocks on demand and had no reason to for an hour."""

    def chain_time(self) -> int:
        return 1_000_000

    def wall_ms(self) -> int:
        return 1_003_600_000

    async def catch_up(self, holds: Callable[[], bool], *, patience_s: float) -> bool:
        raise AssertionError(f"a submission waits for nothing, not for {holds} within {patience_s} s")


async def test_query__on_a_chain_that_stood_still__has_its_deadline_ahead_of_now(asker: House) -> None:
    submission = Submission(
        me=asker.id,
        policy=AskingPolicy(
            default_purpose=1, default_deadline_s=120, express_deadline_ms=5_000, batch_size=9
        ),
        journal=asker.requester.journals.asked,
        notary=asker.notary,
        view=asker.base.view,
        clock=StillChain(),
        workers=asker.base.workers,
        budget=OwnBudget(
            me=asker.id,
            view=asker.base.view,
            clock=StillChain(),
        ),
        references=asker.base.references,
        submitted=lambda: None,
        launch=lambda _: None,
    )

    accepted = await submission.submit(
        _domains("a.example"), purpose=None, case_reference="", deadline_s=None
    )

    assert accepted.deadline == 1_003_600 + 120


async def test_query__beyond_the_budget__is_refused_with_what_is_used_and_when_it_renews(
    consortium: Consortium, asker: House
) -> None:
    consortium.chain.happen(
        lambda at: facts.ParameterSet(at=at, key=parameter_key("entitlement_floor"), value=5)
    )
    await _submit(asker, _domains("a.example", "b.example"))
    await asker.commit()
    await _submit(asker, _domains("c.example"))

    with pytest.raises(
        EvaluationBudgetExceeded, match=r"3 subjects; 3 of this epoch's 5 .* renews at .* UTC"
    ):
        await _submit(asker, _domains("d.example", "e.example", "f.example"))
    await _submit(asker, _domains("d.example", "e.example"))
    consortium.chain.pass_time(1_000)
    await asker.commit()
    await _submit(asker, _domains("f.example"))


async def test_queries__at_once_within_what_is_left_for_one__are_not_both_taken(
    consortium: Consortium, asker: House
) -> None:
    consortium.chain.happen(
        lambda at: facts.ParameterSet(at=at, key=parameter_key("entitlement_floor"), value=3)
    )

    made = await asyncio.gather(
        *(_submit(asker, _domains(f"a{number}.example", f"b{number}.example")) for number in range(3)),
        return_exceptions=True,
    )

    assert [type(one) for one in made if isinstance(one, Exception)] == [EvaluationBudgetExceeded] * 2
    assert len(await asker.requester.desk.queries(limit=9)) == 1


async def test_express_query__beyond_the_budget__sends_nothing(consortium: Consortium, asker: House) -> None:
    consortium.chain.happen(
        lambda at: facts.ParameterSet(at=at, key=parameter_key("entitlement_floor"), value=1)
    )
    carrying = asyncio.create_task(asker.requester.express.round())

    with pytest.raises(EvaluationBudgetExceeded):
        await asker.submit_express("north.example", "both.example")
    await carrying
    await asker.requester.express.round()

    assert asker.client.sent == []
    assert await asker.requester.desk.queries(limit=9) == ()
