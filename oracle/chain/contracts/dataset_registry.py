"""DatasetRegistry: published snapshots."""

from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, integer, octets, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication


@dataclass(frozen=True, slots=True)
class DatasetRegistry:
    contract: Contract

    def publish(self, publication: Publication, *, changed: int) -> Order:
        """The holder is whoever sends it; `changed` records since its publication before."""
        return self.contract.order(
            "publish",
            publication.sequence,
            publication.root,
            publication.bits,
            publication.oprf_key_version,
            changed,
        )

    async def latest(
        self, connection: ChainConnection, holder: MemberId, *, block: BlockPin
    ) -> Publication | None:
        """None before the first one."""
        values = struct(await self.contract.read(connection, block, "latest", holder))
        if integer(values, 1) == 0:
            return None
        return Publication(
            holder=holder,
            root=octets(values),
            sequence=Sequence(integer(values, 1)),
            bits=integer(values, 3),
            oprf_key_version=KeyVersion(integer(values, 4)),
        )
