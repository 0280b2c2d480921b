"""An event stream at the head of a real chain that holds a few publications, one a block."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication

FINALITY = 2


@dataclass(slots=True)
class Followed:
    """A stream at the head of a chain with three publications, one a block."""

    stream: EventStream
    lane: Lane
    publish: Callable[[int], Awaitable[None]]
    rolled_back: list[int]

    def published(self) -> list[int]:
        return [placed.publication.sequence for placed in self.stream.view.publications_of(MemberId(1))]


async def follow(stream: EventStream, lane: Lane, record: DeploymentRecord) -> Followed:
    """The lane is the first member's."""
    rolled_back: list[int] = []
    stream.finality = lambda: FINALITY
    lane.clear = stream.hold.check

    async def publish(sequence: int) -> None:
        publication = Publication(
            holder=MemberId(1),
            sequence=Sequence(sequence),
            root=keccak256(b"%d" % sequence),
            bits=4,
            oprf_key_version=KeyVersion(1),
        )
        await lane.execute(f"publish:{sequence}", bindings(record).datasets.publish(publication, changed=0))

    async def listen(block: BlockNumber) -> None:
        rolled_back.append(block)

    stream.on_rollback(listen)
    await stream.rebuild()
    await stream.poll()
    for sequence in (1, 2, 3):
        await publish(sequence)
    await stream.poll()
    return Followed(stream=stream, lane=lane, publish=publish, rolled_back=rolled_back)
