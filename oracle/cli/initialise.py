"""`riskmesh init`: makes an institution's folder, keys, configuration and application."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.cli.command import Session, command, group
from oracle.cli.institution import (
    configuration_values,
    create_institution,
    refuse_existing,
    write_files,
)
from oracle.cli.passphrases import new_passphrase
from oracle.cli.printing import facts, print_json
from oracle.config.environment import CONFIGURATION_NAME, read_environment
from oracle.config.loading import parse_settings
from oracle.config.template import render
from oracle.crypto.keystore import DEFAULT_WORK_FACTOR
from oracle.domain.application import Application

LIGHT_WORK_FACTOR = 2

app = group(about="Begin.")


@command(
    app,
    "init",
    example='riskmesh init --name "Bank A" --home /srv/bank-a --endpoint https://risk.bank-a.example:8443',
    failure="The institution was not set up.",
)
def initialise(
    session: Session,
    *,
    name: Annotated[str, typer.Option(help="What the other members read in their lists.")],
    endpoint: Annotated[str, typer.Option(help="The https URL that the other members reach.")],
    listen: Annotated[str, typer.Option(help="Where their calls arrive.")] = "127.0.0.1:8443",
    rpc: Annotated[
        list[str] | None, typer.Option(help="A node of the consortium's chain; several in order.")
    ] = None,
    deployment: Annotated[str, typer.Option(help="The deployment record.")] = "deployment.json",
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Holds the pass phrase (mode 0600); the daemon will read it too.")
    ] = None,
    api_listen: Annotated[
        str | None,
        typer.Option(help="Serve your own systems on this loopback port instead of a socket."),
    ] = None,
    private_endpoints: Annotated[
        bool, typer.Option("--private-endpoints", help="Call members at private and loopback addresses.")
    ] = False,
    light_keys: Annotated[
        bool,
        typer.Option("--light-keys", help="For tests only: keys that are quick to open and to break."),
    ] = False,
) -> None:
    """Make the folders, keys and configuration of an institution, and its application for membership.

    Nothing that exists is overwritten. The pass phrase comes from RISKMESH_PASSPHRASE, from
    --passphrase-file, or is asked for twice.
    """
    environment = read_environment()
    target = environment.locate(
        session.configuration or (session.home / CONFIGURATION_NAME if session.home is not None else None)
    ).absolute()
    text = render(
        configuration_values(
            name=name,
            endpoint=endpoint,
            listen=listen,
            rpc=rpc,
            deployment=deployment,
            passphrase_file=passphrase_file,
            api_listen=api_listen,
            private_endpoints=private_endpoints,
        )
    )
    settings = parse_settings(text, path=target)
    refuse_existing(target, settings)
    passphrase = new_passphrase(environment, passphrase_file, weak_allowed=light_keys)
    session.note("Making the keys; encrypting and checking them takes a few seconds …")
    work_factor = LIGHT_WORK_FACTOR if light_keys else DEFAULT_WORK_FACTOR
    application = create_institution(settings, passphrase, work_factor)
    applied = write_files(target, text, application)
    _report(session, target, applied, application)


def _report(session: Session, target: Path, applied: Path, application: Application) -> None:
    if session.json:
        print_json(
            session.out,
            {
                "home": str(target.parent),
                "configuration": str(target),
                "application": str(applied),
                "governance": application.governance,
                "operator": application.operator,
            },
        )
        return
    facts(
        session.out,
        ("Institution", application.name),
        ("Configuration", str(target)),
        ("Application", str(applied)),
        ("Governance", f"{application.governance}  votes; keep its key offline"),
        ("Operator", f"{application.operator}  signs for the daemon"),
    )
    session.note(
        f"Back up the key folder. Give {applied.name} to a member for 'riskmesh propose admit', or to the "
        "founding deployment; put the deployment record where the configuration says; then start the "
        "daemon with: riskmesh daemon run"
    )
