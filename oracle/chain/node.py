"""One node: the JSON-RPC methods that we use, each with its answer checked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from oracle.chain.answers import Block, RawLog, Receipt, parse_block, parse_logs, parse_receipt
from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.quantities import WORD, data, hexadecimal, quantity
from oracle.chain.transport import Transport
from oracle.domain.ids import Address, BlockNumber

Latest = Literal["latest"]
LATEST: Latest = "latest"
_INDEXING = "indexing is in progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a contract is called with; `to` is None for a deployment."""

    to: Address | None
    data: bytes
    sender: Address | None = None
    gas_price: int | None = None

    def encoded(self) -> dict[str, str]:
        fields = {"data": hexadecimal(self.data)}
        if self.to is not None:
            fields["to"] = self.to
        if self.sender is not None:
            fields["from"] = self.sender
        if self.gas_price is not None:
            fields["gasPrice"] = hex(self.gas_price)
        return fields


def _block_reference(block: BlockNumber | Latest) -> str:
    return block if isinstance(block, str) else hex(block)


@dataclass(frozen=True, slots=True)
class Node:
    """Questions that belong together go to one node, so that its answers can be held against each other."""

    transport: Transport

    @property
    def name(self) -> str:
        return self.transport.name

    async def chain_id(self) -> int:
        return quantity(await self.transport.call("eth_chainId"), "chain id")

    async def block_number(self) -> BlockNumber:
        return BlockNumber(quantity(await self.transport.call("eth_blockNumber"), "block number"))

    async def find_block(self, block: BlockNumber | Latest) -> Block | None:
        """None when the node does not have it (yet)."""
        answer = await self.transport.call("eth_getBlockByNumber", _block_reference(block), False)
        if answer is None:
            return None
        return self._as_asked(parse_block(answer), block)

    async def block(self, block: BlockNumber | Latest) -> Block:
        found = await self.find_block(block)
        if found is None:
            raise NodeUnreliable(f"Node {self.name} does not have block {block}")
        return found

    async def blocks(self, numbers: Sequence[BlockNumber]) -> list[Block]:
        """In one call. Raises NodeUnreliable when one is missing, NodeRefused when it takes no such calls."""
        if len(numbers) == 1:
            return [await self.block(numbers[0])]
        answers = await self.transport.call_many(
            "eth_getBlockByNumber", [(_block_reference(number), False) for number in numbers]
        )
        found: list[Block] = []
        for number, answer in zip(numbers, answers, strict=True):
            if answer is None:
                raise NodeUnreliable(f"Node {self.name} does not have block {number}")
            found.append(self._as_asked(parse_block(answer), number))
        return found

    def _as_asked(self, parsed: Block, block: BlockNumber | Latest) -> Block:
        if not isinstance(block, str) and parsed.number != block:
            raise NodeUnreliable(f"Node {self.name} answered with block {parsed.number} instead of {block}")
        return parsed

    async def logs(
        self,
        first: BlockNumber,
        last: BlockNumber,
        addresses: Sequence[Address],
        topics: Sequence[bytes],
    ) -> tuple[RawLog, ...]:
        """Logs of these contracts with one of these first topics, in the order of the chain, each once."""
        answer = await self.transport.call(
            "eth_getLogs",
            {
                "fromBlock": hex(first),
                "toBlock": hex(last),
                "address": list(addresses),
                "topics": [[hexadecimal(topic) for topic in topics]],
            },
        )
        logs = self._each_once(parse_logs(answer))
        self._check_logs(logs, range(first, last + 1), frozenset(addresses), frozenset(topics))
        return logs

    async def logs_of(self, block_hash: bytes) -> tuple[RawLog, ...]:
        """All logs of a block, of whatever contract, in their order (EIP-234)."""
        answer = await self.transport.call("eth_getLogs", {"blockHash": hexadecimal(block_hash)})
        logs = self._each_once(parse_logs(answer))
        if any(log.block_hash != block_hash for log in logs):
            raise NodeUnreliable(f"Node {self.name} sent a log that was not asked for")
        return logs

    def _each_once(self, logs: Sequence[RawLog]) -> tuple[RawLog, ...]:
        """Sorted; a node may repeat itself, but not with other contents."""
        places = {(log.block_number, log.index): log for log in logs}
        if len(places) != len(logs) and any(places[log.block_number, log.index] != log for log in logs):
            raise NodeUnreliable(f"Node {self.name} sent two different logs with one number")
        return tuple(log for _, log in sorted(places.items()))

    def _check_logs(
        self,
        logs: Sequence[RawLog],
        blocks: range,
        addresses: Collection[Address],
        topics: Collection[bytes],
    ) -> None:
        for log in logs:
            asked_for = (
                log.block_number in blocks
                and log.address in addresses
                and log.topics
                and log.topics[0] in topics
            )
            if not asked_for:
                raise NodeUnreliable(f"Node {self.name} sent a log that was not asked for")

    async def call(self, call: Call, block: BlockNumber | Latest) -> bytes:
        answer = await self.transport.call("eth_call", call.encoded(), _block_reference(block))
        return data(answer, "call result")

    async def call_with_code(
        self, call: Call, block: BlockNumber | Latest, codes: Mapping[Address, bytes]
    ) -> bytes:
        """A call on a copy of the state in which these accounts have other code; not every client can."""
        overrides = {account: {"code": hexadecimal(code)} for account, code in codes.items()}
        answer = await self.transport.call("eth_call", call.encoded(), _block_reference(block), overrides)
        return data(answer, "call result")

    async def code(self, account: Address, block: BlockNumber | Latest = LATEST) -> bytes:
        return data(
            await self.transport.call("eth_getCode", account, _block_reference(block)), "contract code"
        )

    async def estimate_gas(self, call: Call) -> int:
        return quantity(await self.transport.call("eth_estimateGas", call.encoded()), "gas estimate")

    async def gas_price(self) -> int:
        return quantity(await self.transport.call("eth_gasPrice"), "gas price")

    async def balance(self, account: Address) -> int:
        """Wei."""
        return quantity(await self.transport.call("eth_getBalance", account, LATEST), "balance")

    async def nonce(self, account: Address, block: Literal["latest", "pending"] = "latest") -> int:
        return quantity(
            await self.transport.call("eth_getTransactionCount", account, block), "transaction count"
        )

    async def send_raw(self, raw: bytes) -> bytes:
        answer = await self.transport.call("eth_sendRawTransaction", hexadecimal(raw))
        return data(answer, "transaction hash", WORD)

    async def receipt(self, tx_hash: bytes) -> Receipt | None:
        try:
            answer = await self.transport.call("eth_getTransactionReceipt", hexadecimal(tx_hash))
        except NodeRefused as error:
            if _INDEXING not in error.reason:
                raise
            # Go-ethereum says so for a while after its start: it cannot tell yet whether there is one.
            raise NodeUnreliable(f"Node {self.name} is still finding its transactions again") from error
        return None if answer is None else parse_receipt(answer, tx_hash)
