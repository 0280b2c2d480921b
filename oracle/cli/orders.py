"""Orders of the governance account: the digest, the signature, and the file that carries one."""

from pathlib import Path

import msgspec

from oracle.api.governing_schema import OrderFile
from oracle.cli.errors import UsageWrong, WrongVoter
from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import digest, member_domain
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.domain.messages import Departure, OperatorRotation
from oracle.domain.reports import GovernanceOrder, OrderKind


def order_digest(order: GovernanceOrder) -> bytes:
    """EIP-712 digest, which the registry checks."""
    domain = member_domain(order.chain_id, Address(order.registry))
    member = MemberId(order.member_id)
    if order.kind is OrderKind.LEAVE:
        return digest(domain, Departure(member_id=member))
    return digest(
        domain,
        OperatorRotation(
            member_id=member,
            version=KeyVersion(order.version),
            operator=Address(order.operator),
            grace_s=order.grace_s,
        ),
    )


def sign_order(order: GovernanceOrder, signer: Signer) -> bytes:
    """Raises `WrongVoter` when the key is another account's."""
    if signer.address != order.signer:
        raise WrongVoter(
            f"The key folder holds the governance key of {signer.address}, the order is {order.signer}'s to "
            "sign. Use the folder with that account's governance.json, or a wallet and --signed."
        )
    return signer.sign(order_digest(order))


def describe(order: GovernanceOrder) -> str:
    """What signing it allows, in one sentence."""
    if order.kind is OrderKind.LEAVE:
        return f"Member {order.member_id} leaves the consortium for ever."
    return (
        f"Member {order.member_id}'s operator becomes {order.operator} (version {order.version}); "
        f"the one before counts for {order.grace_s} s more."
    )


def write_order(path: Path, order: GovernanceOrder, signature: bytes | None = None) -> None:
    """Write a new file; an existing one is not replaced."""
    file = OrderFile(order=order, signature=None if signature is None else "0x" + signature.hex())
    text = msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
    try:
        with path.open("xb") as opened:
            opened.write(text)
    except OSError as error:
        raise UsageWrong(f"Cannot write {path}: {error.strerror}. Give another name.") from error


def read_order(path: Path) -> tuple[GovernanceOrder, bytes | None]:
    """An order and, once it is signed, its signature."""
    try:
        parsed = msgspec.json.decode(path.read_bytes(), type=OrderFile)
    except OSError as error:
        raise UsageWrong(f"Cannot read {path}: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise UsageWrong(f"{path} is not an order: {error}. Make it with --order-out.") from error
    signature = None if parsed.signature is None else bytes.fromhex(parsed.signature[2:])
    return parsed.order, signature


def signed_order(path: Path, kind: OrderKind) -> tuple[GovernanceOrder, bytes]:
    """A signed order of this kind."""
    order, signature = read_order(path)
    if order.kind is not kind or signature is None:
        raise UsageWrong(f"{path} is not a signed order to {kind.value.replace('_', ' the ')}.")
    return order, signature
