"""The members as the registry has them now, read by whoever has a deployment record and a node."""

from oracle.chain.books.members import Status
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.network.validators import MemberStanding
from oracle.domain.ids import MemberId


async def read_members(connection: ChainConnection, record: DeploymentRecord) -> tuple[MemberStanding, ...]:
    """All that there ever were, at one block, by number."""
    registry = bindings(record).registry
    block = await connection.ask(lambda node: node.block_number())
    count = await registry.member_count(connection, block=block)
    members = []
    for number in map(MemberId, range(1, count + 1)):
        status = Status(await registry.status_of(connection, number, block=block))
        members.append(
            MemberStanding(member_id=number, status=status.name.lower(), in_standing=status.in_standing)
        )
    return tuple(members)
