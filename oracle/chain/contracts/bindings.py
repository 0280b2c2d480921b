"""All contracts of one deployment."""

from dataclasses import dataclass

from oracle.chain.calls import contract_at
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.contracts.consortium_governor import ConsortiumGovernor
from oracle.chain.contracts.consortium_timelock import ConsortiumTimelock
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.contracts.dataset_registry import DatasetRegistry
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.contracts.protocol_parameters import ProtocolParameters
from oracle.chain.contracts.quality_ledger import QualityLedger
from oracle.chain.contracts.query_ledger import QueryLedger
from oracle.chain.deployment import DeploymentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    parameters: ProtocolParameters
    registry: MemberRegistry
    governor: ConsortiumGovernor
    timelock: ConsortiumTimelock
    datasets: DatasetRegistry
    queries: QueryLedger
    credits: CreditLedger
    quality: QualityLedger
    audits: AuditLedger


def bindings(record: DeploymentRecord) -> Bindings:
    contracts = {name: contract_at(name, deployed.address) for name, deployed in record.contracts.items()}
    return Bindings(
        parameters=ProtocolParameters(contracts["ProtocolParameters"]),
        registry=MemberRegistry(contracts["MemberRegistry"]),
        governor=ConsortiumGovernor(contracts["ConsortiumGovernor"]),
        timelock=ConsortiumTimelock(contracts["ConsortiumTimelock"]),
        datasets=DatasetRegistry(contracts["DatasetRegistry"]),
        queries=QueryLedger(contracts["QueryLedger"]),
        credits=CreditLedger(contracts["CreditLedger"]),
        quality=QualityLedger(contracts["QualityLedger"]),
        audits=AuditLedger(contracts["AuditLedger"]),
    )
