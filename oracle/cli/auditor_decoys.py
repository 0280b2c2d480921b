"""`riskmesh auditor decoys` and `evidence`: what was planted, what came of it, and the proof of a hit."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.auditor_keys import auditor
from oracle.cli.command import Session, command
from oracle.cli.errors import UsageWrong
from oracle.cli.passphrases import known_passphrase
from oracle.cli.printing import Sheet, moment, print_json, shortened, shown
from oracle.config.auditor import AuditorSettings, load_auditor_settings
from oracle.config.environment import read_environment
from oracle.domain.reports import UnknownReference

if TYPE_CHECKING:
    from oracle.store.planted import Planted

__all__ = ["auditor"]
NO_DECOYS = (
    "No decoys were made yet. Name a file of values that nobody uses in [decoys] of the auditor's "
    "configuration, and say how many one batch may have."
)
_DIGEST_SIZE = 32


@command(
    auditor,
    "decoys",
    example="riskmesh auditor decoys --home /srv/auditor",
    failure="The decoys are not known.",
)
async def decoys(session: Session) -> None:
    """List the decoys that were handed out, the newest first, and the members that list one of them.

    A hit is no verdict: it opens a case for cause, in which the member says where it has the value from.
    """
    found = await _planted(load_auditor_settings(session.configuration_path()))
    if session.json:
        print_json(session.out, [_row(one) for one in found])
        return
    sheet = Sheet("Decoys", "Made (UTC)", "Asked by", "#Elements", "State", "Listed by", "Evidence")
    for one in found:
        state = shown(one.state.value, style="red" if one.holders else "green" if one.evidence else "dim")
        evidence = shortened(_evidence(one)) if one.evidence else None
        listed = ", ".join(map(str, one.holders)) or None
        name = shortened("0x" + one.decoy_id.hex())
        sheet.row(name, moment(one.made_at), one.member, len(one.openings), state, listed, evidence)
    sheet.print(session.out, otherwise=NO_DECOYS)


@command(
    auditor,
    "evidence",
    example="riskmesh auditor evidence 0x48b149 hit.dossier --home /srv/auditor",
    failure="The file was not written.",
)
async def evidence(
    session: Session,
    decoys: Annotated[str, typer.Argument(help="The decoys, or the first digits of them.")],
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist.")],
) -> None:
    """Write the opened batch of decoys, as a case for cause names it; riskmesh audit verify recomputes it."""
    digits = decoys.removeprefix("0x").lower()
    planted = await _planted(load_auditor_settings(session.configuration_path()))
    found = [one for one in planted if one.decoy_id.hex().startswith(digits)]
    if len(found) != 1 or not found[0].evidence:
        raise UnknownReference(f"Not exactly one batch of decoys that came back begins with '{decoys}'.")
    try:
        _write_for_the_owner(file, found[0].evidence)
    except OSError as error:
        raise UsageWrong(f"Cannot write {file}: {error.strerror}. Name another file.") from error
    session.say(f"{file} has the evidence {_evidence(found[0])}.")


def _write_for_the_owner(file: Path, content: bytes) -> None:
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(content)


async def _planted(settings: AuditorSettings) -> "tuple[Planted, ...]":
    from oracle.wiring.decoys import planted_of  # noqa: PLC0415 - slow to load, other commands need none

    return await planted_of(settings, known_passphrase(read_environment(), settings.keys).text)


def _row(one: "Planted") -> dict[str, object]:
    return {
        "decoys": "0x" + one.decoy_id.hex(),
        "made_at": one.made_at,
        "asked_by": one.member,
        "elements": len(one.openings),
        "state": one.state.value,
        "listed_by": one.holders,
        "evidence": _evidence(one) if one.evidence else None,
    }


def _evidence(one: "Planted") -> str:
    return "0x" + one.evidence[-_DIGEST_SIZE:].hex()
