"""Committed batches, by requester: an identifier that another member copied is a commitment of its own."""

from dataclasses import dataclass, field

from oracle.chain.facts import Committed
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId, MemberId


@dataclass(slots=True)
class CommitmentBook:
    _by_batch: dict[tuple[MemberId, BatchId], Committed] = field(default_factory=dict)

    def apply(self, fact: Committed) -> None:
        key = (fact.requester, fact.batch_id)
        if key in self._by_batch:
            raise Broken("A batch is committed twice: the journal holds a fact of another chain")
        self._by_batch[key] = fact

    def get(self, requester: MemberId, batch: BatchId) -> Committed | None:
        return self._by_batch.get((requester, batch))

    @property
    def all(self) -> tuple[Committed, ...]:
        """In the order of the chain."""
        return tuple(self._by_batch.values())
