"""`riskmesh keys` and `riskmesh leave`: this member's keys, and the end of its membership."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.orders import describe, read_order, sign_order, signed_order, write_order
from oracle.cli.passphrases import known_passphrase
from oracle.cli.printing import Sheet, facts, moment, print_json, shortened, shown
from oracle.config.environment import read_environment
from oracle.crypto.key_files import open_governance
from oracle.crypto.signing import Signer
from oracle.domain.reports import GovernanceOrder, KeyKind, OrderKind, RotationReport

app = group(about="This member's keys.")
leaving = group(about="Leave.")
_PUBLIC = 20

Grace = Annotated[
    int | None,
    typer.Option(min=0, help="Seconds that the old key still counts; as long as allowed if absent."),
]
Compromised = Annotated[
    bool, typer.Option("--compromised", help="The old key is in foreign hands: it counts no longer.")
]
OrderOut = Annotated[
    Path | None, typer.Option(help="Only write the order, for a machine that has the governance key.")
]
SignedFile = Annotated[Path | None, typer.Option("--signed", help="Carry out this signed order.")]


@command(app, "list", example="riskmesh keys list", failure="The keys are not known.")
async def list_keys(session: Session) -> None:
    """List all versions of this member's keys and until when the replaced ones count."""
    async with connect(session.settings().api.listen) as client:
        listed = await client.keys()
    if session.json:
        print_json(session.out, listed)
        return
    sheet = Sheet("Key", "#Version", "Public part", "State", "Counts until (UTC)", "In the key folder")
    for line in listed:
        registered = line.current or line.valid_until is not None
        state = "current" if line.current else "replaced" if registered else "prepared"
        sheet.row(
            shown(line.kind.value, style="bold"),
            line.version,
            shortened(line.public, keep=_PUBLIC),
            shown(state, style="green" if line.current else "dim"),
            moment(line.valid_until) if line.valid_until is not None else None,
            "yes" if line.in_folder else "no",
        )
    sheet.print(session.out)


@command(
    app,
    "rotate",
    example="riskmesh keys rotate sealing\nriskmesh keys rotate operator --compromised",
    failure="The key was not rotated.",
)
async def rotate(
    session: Session,
    *,
    kind: Annotated[KeyKind, typer.Argument(help="Which key.")],
    grace: Grace = None,
    compromised: Compromised = False,
    order_out: OrderOut = None,
    signed: SignedFile = None,
) -> None:
    """Make the next version of a key, register it, and use it from that block on.

    The operator key changes on an order that the governance key signs: here, or elsewhere with --order-out
    and `riskmesh keys sign`.
    """
    if compromised and grace:
        raise UsageWrong("A key in foreign hands has no grace; give either --grace or --compromised.")
    grace_s = 0 if compromised else grace
    if kind is KeyKind.OPERATOR:
        await _rotate_operator(session, grace_s, order_out, signed)
        return
    if order_out is not None or signed is not None:
        raise UsageWrong("Only the operator key needs an order of the governance account.")
    async with connect(session.settings().api.listen) as client:
        report = await client.rotate(kind, grace_s=grace_s)
    _print(session, report)


@command(
    app,
    "endpoint",
    example="riskmesh keys endpoint https://risk.bank-a.example:8443",
    failure="The endpoint was not changed.",
)
async def endpoint(
    session: Session, url: Annotated[str, typer.Argument(help="Where other members reach this one.")]
) -> None:
    """Register another endpoint with the same certificate."""
    async with connect(session.settings().api.listen) as client:
        moved = await client.move(url)
    if session.json:
        print_json(session.out, moved)
    else:
        session.say(f"Registered in block {moved.block}: {moved.endpoint}")
        session.note("Change peer.endpoint in riskmesh.toml, too.")


@command(
    app,
    "sign",
    example="riskmesh keys sign order.json --out signed.json",
    failure="The order was not signed.",
)
async def sign(
    session: Session,
    *,
    order: Annotated[Path, typer.Argument(help="The order, as --order-out wrote it.")],
    out: Annotated[Path, typer.Option(help="Where the signed order goes.")],
) -> None:
    """Sign an order with the governance key; needs neither daemon nor network."""
    parsed, _ = read_order(order)
    session.say(describe(parsed))
    write_order(out, parsed, sign_order(parsed, _governance(session)))
    session.note(f"Signed: {out}. Carry it out on the daemon's machine with --signed.")


@command(
    leaving,
    "leave",
    example="riskmesh leave --for-ever",
    failure="The member has not left.",
)
async def leave(
    session: Session,
    *,
    for_ever: Annotated[
        bool, typer.Option("--for-ever", help="You know that there is no way back with these accounts.")
    ] = False,
    order_out: OrderOut = None,
    signed: SignedFile = None,
) -> None:
    """Leave the consortium for ever. What is owed can still be redeemed; history stays."""
    settings = session.settings()
    async with connect(settings.api.listen) as client:
        if signed is not None:
            _, signature = signed_order(signed, OrderKind.LEAVE)
        else:
            order = await client.order_departure()
            if order_out is not None:
                write_order(order_out, order)
                _noted(session, order_out, order)
                return
            signature = b""
        if not for_ever:
            raise UsageWrong("Leaving is for ever, and no account or key may come back. Confirm: --for-ever.")
        departed = await client.leave(signature or sign_order(order, _governance(session)))
    if session.json:
        print_json(session.out, departed)
    else:
        session.say(f"Member {departed.member_id} has left in block {departed.block}.")


async def _rotate_operator(
    session: Session, grace_s: int | None, order_out: Path | None, signed: Path | None
) -> None:
    async with connect(session.settings().api.listen) as client:
        if signed is not None:
            order, signature = signed_order(signed, OrderKind.ROTATE_OPERATOR)
        else:
            order = await client.order_operator(grace_s=grace_s)
            if order_out is not None:
                write_order(order_out, order)
                _noted(session, order_out, order)
                return
            signature = sign_order(order, _governance(session))
        report = await client.rotate_operator(
            version=order.version, grace_s=order.grace_s, authorization=signature
        )
    _print(session, report)


def _noted(session: Session, path: Path, order: GovernanceOrder) -> None:
    session.say(f"Order written to {path}: {describe(order)}")
    session.note(f"Where the governance key is: riskmesh keys sign {path} --out signed.json")


def _governance(session: Session) -> Signer:
    settings = session.settings()
    passphrase = known_passphrase(read_environment(), settings.keys)
    session.note("Opening the governance key …")
    return open_governance(settings.keys.folder, passphrase.text)


def _print(session: Session, report: RotationReport) -> None:
    if session.json:
        print_json(session.out, report)
        return
    facts(
        session.out,
        ("Key", shown(report.kind.value, style="bold")),
        ("Version", report.version),
        ("In block", report.block),
        ("The old one counts until", f"{moment(report.previous_until)} UTC"),
        ("Transaction", report.transaction),
    )
    if report.kind is KeyKind.OPRF:
        session.note("The dataset is tagged anew and published under the new key in a moment.")
