"""`riskmesh auditor keys` and `rotate-key`: an auditor's sealing key and certificate, version by version."""

from typing import Annotated

import typer

from oracle.cli.auditor import auditor
from oracle.cli.command import Session, command
from oracle.cli.errors import UsageWrong
from oracle.cli.passphrases import known_passphrase
from oracle.cli.printing import Sheet, print_json, shortened, shown
from oracle.config.auditor import load_auditor_settings
from oracle.config.environment import read_environment
from oracle.domain.reports import KeyKind

__all__ = ["auditor"]
_PUBLIC = 20


@command(
    auditor,
    "keys",
    example="riskmesh auditor keys --home /srv/auditor",
    failure="The keys are not known.",
)
async def keys(session: Session) -> None:
    """List all versions of the sealing key and the certificate, and which ones members use."""
    settings = load_auditor_settings(session.configuration_path())
    from oracle.wiring.auditor_keys import auditor_keys  # noqa: PLC0415 - slow to load, others need none

    listed = await auditor_keys(settings, known_passphrase(read_environment(), settings.keys).text)
    if session.json:
        print_json(session.out, listed)
        return
    sheet = Sheet("Key", "#Version", "Public part", "State")
    for line in listed:
        state = shown("registered", style="green") if line.current else shown("not registered", style="dim")
        kind = shown(line.kind.value, style="bold")
        sheet.row(kind, line.version, shortened(line.public, keep=_PUBLIC), state)
    sheet.print(session.out)


@command(
    auditor,
    "rotate-key",
    example="riskmesh auditor rotate-key sealing --home /srv/auditor",
    failure="No key was made.",
)
async def rotate_key(
    session: Session, kind: Annotated[KeyKind, typer.Argument(help="sealing or certificate.")]
) -> None:
    """Make the next version of a key; the auditor registers it by itself, running or from its next start on.

    Earlier versions stay in the folder and open what members sealed to them. The account is replaced by vote.
    """
    settings = load_auditor_settings(session.configuration_path())
    if kind not in {KeyKind.SEALING, KeyKind.CERTIFICATE}:
        raise UsageWrong(
            f"An auditor rotates its sealing key or its certificate, and has no {kind.value} key that it "
            "could rotate itself. Another account is appointed by vote."
        )
    from oracle.wiring.auditor_keys import add_auditor_key  # noqa: PLC0415 - slow to load, others need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    session.note("Making the key; opening and encrypting takes a few seconds …")
    version = await add_auditor_key(settings, passphrase.text, kind)
    if version is None:
        raise UsageWrong(
            f"The newest {kind.value} key is not registered yet: the auditor has to be appointed and to run. "
            "'riskmesh auditor keys' lists what is there."
        )
    session.say(f"Version {version} of the {kind.value} key is in {settings.keys.folder}. Back it up now.")
