"""MemberRegistry: who takes part, with which keys."""

from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, account, boolean, integer
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.application import Application
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.domain.messages import OperatorRotation


def application_values(application: Application) -> tuple[object, ...]:
    """The contract's `Application` struct."""
    return (
        application.governance,
        application.operator,
        application.sealing_suite,
        application.sealing_key,
        application.oprf_key,
        application.oprf_possession,
        application.endpoint,
        application.certificate,
        application.profile_hash,
    )


@dataclass(frozen=True, slots=True)
class MemberRegistry:
    contract: Contract

    def found(self, application: Application) -> Order:
        return self.contract.order("found", application_values(application))

    def close_founding(self) -> Order:
        return self.contract.order("closeFounding")

    def admit(self, application: Application) -> Order:
        return self.contract.order("admit", application_values(application))

    def activate(self, member: MemberId) -> Order:
        return self.contract.order("activate", member)

    def suspend(self, member: MemberId) -> Order:
        return self.contract.order("suspend", member)

    def emergency_suspend(self, member: MemberId) -> Order:
        return self.contract.order("emergencySuspend", member)

    def reinstate(self, member: MemberId) -> Order:
        return self.contract.order("reinstate", member)

    def expel(self, member: MemberId) -> Order:
        return self.contract.order("expel", member)

    def leave(self, member: MemberId, authorization: bytes = b"") -> Order:
        """`authorization`: signature of a `Departure`, unless the governance account sends this itself."""
        return self.contract.order("leave", member, authorization)

    def replace_governance(self, member: MemberId, governance: Address) -> Order:
        return self.contract.order("replaceGovernance", member, governance)

    def rotate_operator(
        self, rotation: OperatorRotation, *, possession: bytes, authorization: bytes = b""
    ) -> Order:
        """Both signatures are over the rotation; without authorization the governance account sends it."""
        return self.contract.order(
            "rotateOperator",
            rotation.member_id,
            rotation.operator,
            rotation.grace_s,
            possession,
            authorization,
        )

    def rotate_sealing(self, suite: int, key: bytes, *, grace_s: int) -> Order:
        return self.contract.order("rotateSealing", suite, key, grace_s)

    def rotate_oprf(self, key: bytes, possession: bytes, *, grace_s: int) -> Order:
        return self.contract.order("rotateOprf", key, possession, grace_s)

    def set_endpoint(self, endpoint: str, certificate: bytes, *, grace_s: int) -> Order:
        return self.contract.order("setEndpoint", endpoint, certificate, grace_s)

    def set_profile(self, profile_hash: bytes) -> Order:
        return self.contract.order("setProfile", profile_hash)

    async def member_of(
        self, connection: ChainConnection, of: Address, *, block: BlockPin
    ) -> MemberId | None:
        """By governance account or current operator; None when there is none."""
        return MemberId(integer(await self.contract.read(connection, block, "memberOf", of))) or None

    async def status_of(self, connection: ChainConnection, member: MemberId, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "statusOf", member))

    async def operator_at(
        self, connection: ChainConnection, member: MemberId, version: KeyVersion, *, block: BlockPin
    ) -> Address:
        return account(await self.contract.read(connection, block, "operatorAt", member, version))

    async def member_count(self, connection: ChainConnection, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "memberCount"))

    async def standing_count(self, connection: ChainConnection, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "standingCount"))

    async def founding_closed(self, connection: ChainConnection, *, block: BlockPin) -> bool:
        return boolean(await self.contract.read(connection, block, "foundingClosed"))
