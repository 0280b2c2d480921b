"""Builds what governs: proposals and their examination, parameters, this member's own keys."""

from oracle.chain.calls import contract_at
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import MemberId
from oracle.governing.desk import GovernanceDesk
from oracle.governing.examining import Examiner
from oracle.governing.names import MemberNames
from oracle.governing.own_keys import OwnKeysDesk
from oracle.governing.parameters import ParametersReader
from oracle.wiring.foundation import Foundation


def build_governance(base: Foundation, me: MemberId, names: MemberNames) -> GovernanceDesk:
    deployed = base.record.contracts
    return GovernanceDesk(
        me=me,
        governor=base.contracts.governor,
        registry=base.contracts.registry,
        connection=base.connection,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
        chain_id=base.record.chain_id,
        examiner=Examiner(
            contracts={name: contract_at(name, contract.address) for name, contract in deployed.items()},
            connection=base.connection,
            view=base.view,
            names=names,
            parameters=ParametersReader(
                view=base.view,
                governor=base.contracts.governor,
                timelock=base.contracts.timelock,
                connection=base.connection,
            ),
        ),
    )


def build_own_keys(base: Foundation, me: MemberId) -> OwnKeysDesk:
    return OwnKeysDesk(
        me=me,
        name=base.settings.member.name,
        keyring=base.keyring,
        registry=base.contracts.registry,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
        domain=member_domain(base.record.chain_id, base.record.address_of("MemberRegistry")),
    )
