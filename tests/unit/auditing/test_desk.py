"""Which batch of its own an institution means by what it names."""

from types import SimpleNamespace
from typing import Any

import pytest

from oracle.auditing.desk import DossierDesk
from oracle.auditing.gathering import BatchNotKept
from oracle.domain.ids import BatchId
from oracle.domain.reports import UnknownReference

QUERY = "5e" * 16
ONE, OTHER = BatchId(b"\xa1" * 32), BatchId(b"\xb2" * 32)


class Asked:
    """A journal with one query, and the batches of it."""

    def __init__(self, *batches: BatchId) -> None:
        self._batches = batches

    async def batches_of(self, query_id: str) -> tuple[Any, ...]:
        return tuple(SimpleNamespace(batch_id=one) for one in self._batches if query_id == QUERY)

    async def batches_between(self, first: BatchId, last: BatchId, *, limit: int) -> tuple[BatchId, ...]:
        return tuple(one for one in self._batches if first <= one <= last)[:limit]


class Gathering:
    """Has nothing, and says of which batch."""

    async def dossier(self, batch_id: BatchId) -> Any:
        raise BatchNotKept(batch_id.hex())


def _desk(*batches: BatchId) -> DossierDesk:
    nothing: Any = None
    asked: Any = Asked(*batches)
    gathering: Any = Gathering()
    view: Any = SimpleNamespace(audits=SimpleNamespace(cases={}))
    return DossierDesk(
        gathering=gathering,
        drawn=nothing,
        recomputing=nothing,
        cases=nothing,
        answering=nothing,
        asked=asked,
        view=view,
    )


@pytest.mark.parametrize("named", [QUERY, QUERY.upper(), "0x" + ONE.hex(), ONE.hex()[:6], ONE.hex()[:32]])
async def test_batch__named_by_its_query_or_by_its_own_digits__is_found(named: str) -> None:
    with pytest.raises(BatchNotKept, match=ONE.hex()):
        await _desk(ONE).dossier_file(named)


async def test_query__of_several_batches__is_refused_with_their_names() -> None:
    with pytest.raises(UnknownReference, match=r"has 2 batches.* 0xa1a1a1a1a1, 0xb2b2b2b2b2"):
        await _desk(ONE, OTHER).dossier_file(QUERY)


@pytest.mark.parametrize("named", ["6f" * 16, QUERY[:12], "abcde", "C-17"])
async def test_batch__that_nothing_is_called__is_refused(named: str) -> None:
    with pytest.raises(UnknownReference):
        await _desk(ONE).dossier_file(named)
