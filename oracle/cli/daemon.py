"""`riskmesh daemon`: runs the institution's daemon in the foreground."""

from oracle.cli.command import Session, command, group
from oracle.cli.passphrases import known_passphrase
from oracle.config.environment import forget_passphrase, read_environment

app = group(about="Run the institution's daemon.")


@command(
    app,
    "run",
    example="riskmesh daemon run --home /srv/bank-a",
    failure="The daemon did not start.",
)
def run(session: Session) -> None:
    """Run in the foreground until SIGTERM or Ctrl-C; what is journalled goes on at the next start."""
    settings = session.settings()
    from oracle.daemon import run as run_daemon  # noqa: PLC0415 - its rooms are slow to load, other commands need none

    passphrase = known_passphrase(read_environment(), settings.keys)
    forget_passphrase()  # the daemon's workers need the keys of their tasks, not what opens all of them
    run_daemon(settings, passphrase.text)


@app.callback()
def _group() -> None:
    """Without it, typer would take the lone command for the whole group."""
