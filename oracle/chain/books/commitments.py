"""Committed batches."""

from dataclasses import dataclass, field

from oracle.chain.facts import Committed
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId


@dataclass(slots=True)
class CommitmentBook:
    _by_batch: dict[BatchId, Committed] = field(default_factory=dict)

    def apply(self, fact: Committed) -> None:
        if fact.batch_id in self._by_batch:
            raise Broken("A batch is committed twice: the journal holds a fact of another chain")
        self._by_batch[fact.batch_id] = fact

    def get(self, batch: BatchId) -> Committed | None:
        return self._by_batch.get(batch)

    @property
    def all(self) -> tuple[Committed, ...]:
        """In the order of the chain."""
        return tuple(self._by_batch.values())
