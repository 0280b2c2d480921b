"""A member's status says when the chain stands still, and only then."""

from dataclasses import dataclass, replace

import pytest
from stage.consortium import Consortium

from oracle.domain.reports import EndpointReport, EndpointState
from oracle.wiring.problems import STILL_S
from oracle.wiring.status import StatusDesk


@dataclass(frozen=True)
class OneNode:
    """A connection whose node says this number, or does not answer."""

    head: int | None

    def report(self) -> tuple[EndpointReport, ...]:
        state = EndpointState.UNREACHABLE if self.head is None else EndpointState.USABLE
        return (
            EndpointReport(
                name="a node",
                own=True,
                in_use=True,
                state=state,
                reason="",
                head_block=self.head,
                behind_blocks=0,
                latency_ms=1,
                failures=0,
                subscribed=False,
            ),
        )


async def _problems(consortium: Consortium, *, age_s: int, answers: bool = True) -> tuple[str, ...]:
    base = consortium[1].base
    head = base.view.head
    assert head is not None
    base.view.head = replace(head, timestamp=base.clock.wall_ms() // 1_000 - age_s)
    node = OneNode(head.number if answers else None)
    return (await StatusDesk(replace(base, connection=node)).status()).problems


async def test_status__newest_block_older_than_many_periods__says_that_the_chain_stands_still(
    consortium: Consortium,
) -> None:
    (problem,) = await _problems(consortium, age_s=STILL_S + 5)

    assert problem.startswith("The chain stands still: its newest block")
    assert "Nothing is lost" in problem


@pytest.mark.parametrize("age_s", [-3, 0, STILL_S - 5])
async def test_status__a_block_of_late__has_no_problem(consortium: Consortium, age_s: int) -> None:
    assert await _problems(consortium, age_s=age_s) == ()


async def test_status__no_node_answers__says_that_and_not_that_the_chain_stands_still(
    consortium: Consortium,
) -> None:
    (problem,) = await _problems(consortium, age_s=STILL_S + 5, answers=False)

    assert problem.startswith("No node answers")
