"""`riskmesh auditor verdict`: what a person has come to, where no process can decide."""

from typing import Annotated

import msgspec
import typer

from oracle.cli.auditor_decoys import auditor
from oracle.cli.command import Session, command
from oracle.cli.passphrases import known_passphrase
from oracle.cli.printing import print_json, shortened
from oracle.config.auditor import load_auditor_settings
from oracle.config.environment import read_environment

__all__ = ["auditor"]


@command(
    auditor,
    "verdict",
    example='riskmesh auditor verdict 0x48b149 0 --because "The number is real" --home /srv/auditor',
    failure="The verdict was not written down.",
)
async def verdict(
    session: Session,
    *,
    case: Annotated[str, typer.Argument(help="The case, or the first digits of it.")],
    found: Annotated[int, typer.Argument(min=0, help="For how many faults it is upheld; 0 dismisses it.")],
    because: Annotated[str, typer.Option(help="Why; the chain gets its hash.")],
) -> None:
    """Decide a case that auditors do not recompute; the auditor casts it, running or from its next start on.

    What is written stands. Read first what the accused has handed in: riskmesh auditor export.
    """
    settings = load_auditor_settings(session.configuration_path())
    from oracle.wiring.by_hand import decided_by_hand  # noqa: PLC0415 - slow to load, others need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    stands = await decided_by_hand(settings, passphrase.text, case=case, found=found, because=because)
    if session.json:
        print_json(session.out, msgspec.json.decode(stands.reasons))
        return
    outcome = f"upheld for {stands.found}" if stands.found else "dismissed"
    session.say(f"Case {shortened('0x' + stands.case_id.hex())}: {outcome}. The auditor casts it.")
