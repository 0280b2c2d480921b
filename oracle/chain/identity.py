"""Whether a node serves the chain and the contracts of a deployment record."""

from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeUnreliable, WrongChain
from oracle.chain.node import Node
from oracle.chain.quantities import hexadecimal
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BlockNumber

_GENESIS = BlockNumber(0)
_ADVICE = "point [chain] rpc at the consortium's chain or use its deployment record"


async def identify(node: Node, record: DeploymentRecord) -> None:
    """Raises WrongChain, or NodeUnreliable while the node has not got as far as the deployment."""
    chain_id = await node.chain_id()
    if chain_id != record.chain_id:
        raise WrongChain(f"Node {node.name} serves chain {chain_id}, not {record.chain_id}; {_ADVICE}")
    genesis = await node.block(_GENESIS)
    if genesis.hash != record.genesis_hash:
        raise WrongChain(
            f"Node {node.name} serves a chain with genesis {hexadecimal(genesis.hash)}, "
            f"not {hexadecimal(record.genesis_hash)}; {_ADVICE}"
        )


async def identify_contracts(node: Node, record: DeploymentRecord) -> None:
    """Raises as `identify` does."""
    head = await node.block_number()
    for name, contract in record.contracts.items():
        code = await node.code(contract.address)
        if not code and head < record.block:
            raise NodeUnreliable(
                f"Node {node.name} is at block {head} and has not reached the deployment in {record.block}"
            )
        if keccak256(code) != contract.code_hash:
            found = "no code" if not code else "other code"
            raise WrongChain(
                f"Node {node.name} has {found} at {contract.address}, where {name} should be; {_ADVICE}"
            )
