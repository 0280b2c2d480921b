"""`riskmesh auditor`: makes an auditor's keys, does its work, gives out what it was handed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from oracle.cli.auditor_papers import PAPERS_NAME, AuditorPapersFile
from oracle.cli.command import Session, command, group
from oracle.cli.errors import AlreadyInitialised, UsageWrong
from oracle.cli.initialise import LIGHT_WORK_FACTOR
from oracle.cli.passphrases import known_passphrase, new_passphrase
from oracle.cli.printing import Sheet, facts, print_json, shortened, shown
from oracle.config.auditor import AuditorSettings, load_auditor_settings, parse_auditor_settings
from oracle.config.environment import CONFIGURATION_NAME, forget_passphrase, read_environment
from oracle.crypto.key_files import AUDITORS, create_key_files
from oracle.crypto.keyring import open_keyring
from oracle.crypto.keystore import DEFAULT_WORK_FACTOR
from oracle.crypto.sealing import SUITE_NUMBER
from oracle.domain.reports import UnknownReference
from oracle.subjects import ListName, code_list

if TYPE_CHECKING:
    from oracle.store.examinations import Examination

auditor = group(about="Audit: commit seeds, draw, open, recompute, decide.")
_FOLDER_MODE = 0o700
_UPHELD, _DISMISSED = shown("upheld", style="red"), shown("dismissed", style="green")
_UNDECIDED = shown("no verdict", style="dim")
_TEMPLATE = """\
[auditor]
name = {name}
# strike_off = true   # dismiss an auditor that withheld its seed of an epoch
# pursue = true       # audit the other batches of a member that a draw has caught

[chain]
rpc = {rpc}
deployment = {deployment}
# gas_price_wei = 0

[keys]
# passphrase_file = "passphrase"

[members]
{private}allow_private_endpoints = true

[decoys]
# file = "decoys.csv"   # type,value a line: plausible, of one type, known to be unused
# most = 0              # of them in one batch; 0: no decoys
# every_s = 86400
"""


@command(
    auditor,
    "init",
    example="riskmesh auditor init --name Supervisor --home /srv/auditor --rpc http://127.0.0.1:8545",
    failure="The auditor was not set up.",
)
def initialise(
    session: Session,
    *,
    name: Annotated[str, typer.Option(help="Who audits; its hash stands on the chain.")],
    rpc: Annotated[list[str], typer.Option(help="A node of the consortium's chain; several in order.")],
    deployment: Annotated[str, typer.Option(help="The deployment record.")] = "deployment.json",
    private_endpoints: Annotated[
        bool, typer.Option("--private-endpoints", help="Call members at private and loopback addresses.")
    ] = False,
    light_keys: Annotated[
        bool,
        typer.Option("--light-keys", help="For tests only: keys that are quick to open and to break."),
    ] = False,
) -> None:
    """Make an auditor's keys and configuration, and what the members appoint it by.

    Nothing that exists is overwritten. The pass phrase comes from RISKMESH_PASSPHRASE or is asked for twice.
    """
    environment = read_environment()
    target = environment.locate(
        session.configuration or (session.home / CONFIGURATION_NAME if session.home is not None else None)
    ).absolute()
    text = _TEMPLATE.format(
        name=_quoted(name),
        rpc="[" + ", ".join(map(_quoted, rpc)) + "]",
        deployment=_quoted(deployment),
        private="" if private_endpoints else "# ",
    )
    settings = parse_auditor_settings(text, path=target)
    papers = settings.home / PAPERS_NAME
    for path in (target, papers, settings.keys.folder):
        if path.exists():
            raise AlreadyInitialised(f"{path} exists, and nothing is overwritten. Choose another --home.")
    passphrase = new_passphrase(environment, None, weak_allowed=light_keys)
    session.note("Making the keys; encrypting and checking them takes a few seconds …")
    try:
        appointment = _made(
            settings, passphrase.text, LIGHT_WORK_FACTOR if light_keys else DEFAULT_WORK_FACTOR
        )
        target.write_text(text)
        target.chmod(0o600)
        papers.write_bytes(msgspec.json.format(msgspec.json.encode(appointment), indent=2) + b"\n")
    except OSError as error:
        raise UsageWrong(f"Cannot write to {settings.home}: {error.strerror}.") from error
    if session.json:
        print_json(session.out, appointment)
        return
    facts(
        session.out,
        ("Configuration", str(target)),
        ("Papers", str(papers)),
        ("Account", appointment.account),
        ("Hash of its name", "0x" + appointment.name_hash.hex()),
    )
    session.note("Back up the key folder. A member that has the papers proposes the appointment:")
    session.say(f"riskmesh propose auditor {PAPERS_NAME}")


def _made(settings: AuditorSettings, passphrase: str, work_factor: int) -> AuditorPapersFile:
    """Folders and keys; what the members appoint the auditor by."""
    for folder in (settings.home, settings.home / "data"):
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    create_key_files(
        settings.keys.folder, passphrase, common_name=settings.name, names=AUDITORS, work_factor=work_factor
    )
    # What a restart will need is tried now, while nothing depends on it yet.
    keyring = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    return AuditorPapersFile(
        account=keyring.operator_address(),
        sealing_suite=SUITE_NUMBER,
        sealing_key="0x" + keyring.sealing_public().hex(),
        certificate="0x" + keyring.certificate.hex(),
        name=settings.name,
    )


@command(
    auditor,
    "run",
    example="riskmesh auditor run --home /srv/auditor",
    failure="The auditor did not start.",
)
def run(session: Session) -> None:
    """Do an auditor's work in the foreground until SIGTERM or Ctrl-C; the next start goes on with it."""
    settings = load_auditor_settings(session.configuration_path())
    from oracle.wiring.auditor import run_auditor  # noqa: PLC0415 - slow to load, other commands need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    forget_passphrase()
    run_auditor(settings, passphrase.text)


@command(
    auditor,
    "cases",
    example="riskmesh auditor cases --home /srv/auditor",
    failure="The cases are not known.",
)
async def cases(session: Session) -> None:
    """List what this auditor has found in the cases that it examined, the newest first."""
    found = await _examinations(load_auditor_settings(session.configuration_path()))
    if session.json:
        print_json(session.out, [msgspec.json.decode(one.reasons) for one in found])
        return
    sheet = Sheet("Case", "Finding", "#Found", "Because")
    for one in found:
        because = "; ".join(msgspec.json.decode(one.reasons)["because"])
        finding = _UNDECIDED if one.found is None else _UPHELD if one.found else _DISMISSED
        because = because or "nothing speaks against the accused"
        sheet.row(shortened("0x" + one.case_id.hex()), finding, one.found or None, because)
    sheet.print(session.out, otherwise="No case is examined yet: one is once its accused has answered it.")


@command(
    auditor,
    "export",
    example="riskmesh auditor export 0x48b149 case.dossier --home /srv/auditor",
    failure="The file was not written.",
)
async def export(
    session: Session,
    case: Annotated[str, typer.Argument(help="The case, or the first digits of it.")],
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist.")],
) -> None:
    """Write what was handed in for a case.

    A batch has subjects in clear; riskmesh audit verify recomputes it. What people are to read is written as
    the accused handed it in: a stranger's file.
    """
    digits = case.removeprefix("0x").lower()
    found = [
        one
        for one in await _examinations(load_auditor_settings(session.configuration_path()))
        if one.case_id.hex().startswith(digits)
    ]
    if len(found) != 1 or not found[0].file:
        raise UnknownReference(f"Not exactly one examined case with a file begins with '{case}'.")
    try:
        with file.open("xb") as opened:
            file.chmod(0o600)
            opened.write(_handed_in(found[0].file))
    except OSError as error:
        raise UsageWrong(f"Cannot write {file}: {error.strerror}. Name another file.") from error
    session.say(f"{file} has what was handed in for case {shortened('0x' + found[0].case_id.hex())}.")


def _handed_in(file: bytes) -> bytes:
    """A rebuttal without its frame."""
    from oracle.auditing.case_files import CaseFileDamaged  # noqa: PLC0415 - slow to load, others need none
    from oracle.auditing.rebuttal_file import decode_rebuttal_file  # noqa: PLC0415 - as above

    try:
        return decode_rebuttal_file(file).content
    except CaseFileDamaged:
        return file


@command(
    auditor,
    "purposes",
    example="riskmesh auditor purposes --home /srv/auditor",
    failure="The purposes are not known.",
)
async def purposes(session: Session) -> None:
    """List how many queries members ask under which purpose, as drawn batches show it."""
    settings = load_auditor_settings(session.configuration_path())
    from oracle.wiring.auditor import purposes_of  # noqa: PLC0415 - slow to load, other commands need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    lines = await purposes_of(settings, passphrase.text)
    if session.json:
        print_json(session.out, lines)
        return
    listed = code_list(ListName.PURPOSES)
    sheet = Sheet("#Member", "Purpose", "#Batches drawn", "#Elements", "#Batches in all", "#Elements in all")
    for one in lines:
        found = listed.numbered(one.purpose)
        purpose = "-" if found is None else found.label
        drawn = (one.batches, one.elements)
        batches = one.committed_batches + one.anchored_batches
        elements = one.committed_elements + one.anchored_elements
        sheet.row(one.requester, purpose, *drawn, batches, elements)
    sheet.print(
        session.out, otherwise="No member has asked anything yet, as far as this store has the chain."
    )


async def _examinations(settings: AuditorSettings) -> "tuple[Examination, ...]":
    from oracle.wiring.auditor import examinations_of  # noqa: PLC0415 - slow to load, other commands need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    return await examinations_of(settings, passphrase.text)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
