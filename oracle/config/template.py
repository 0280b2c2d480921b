"""Writes a new configuration file: every setting, what it is for, and its default in a comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import tomli_w

from oracle.config.errors import MissingSetting, UnknownSetting
from oracle.config.limits import limits

Value: TypeAlias = str | int | float | bool | list[str]

HEADING = """\
# What this institution's Riskmesh daemon and commands go by. Paths are relative to this file's folder.
# A line "# name = value" shows the default, or an example where there is none; remove the "# " to change it.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the file. `example` is the default, or, without one, a value that could stand there."""

    table: str
    key: str
    example: Value
    about: str
    required: bool = False

    @property
    def name(self) -> str:
        return f"{self.table}.{self.key}"


OPTIONS = (
    Option("member", "name", "Bank A", "What the other members read in their lists.", required=True),
    Option("keys", "folder", "keys", "Encrypted key files; readable by the daemon's account only."),
    Option(
        "keys",
        "passphrase_file",
        "passphrase",
        "Opens the key files (mode 0600). Without it: RISKMESH_PASSPHRASE, or you are asked.",
    ),
    Option(
        "chain",
        "rpc",
        ["http://127.0.0.1:8545"],
        "Nodes in order of preference, your own first; http(s) or ws(s).",
        required=True,
    ),
    Option("chain", "deployment", "deployment.json", "The deployment record of the consortium."),
    Option("chain", "poll_interval_s", 1.0, "How often to look for a new block."),
    Option("chain", "gas_price_wei", 0, "Not set: what the node suggests. 0 where gas is free."),
    Option("chain", "max_gas_price_wei", 200_000_000_000, "Not set: no limit. Where gas costs something."),
    Option("chain", "replace_after_s", 60.0, "A transaction not mined by then is offered again, dearer."),
    Option(
        "store",
        "url",
        "sqlite+aiosqlite:///data/state.db",
        "Journal and state; losing it loses what others owe you. Back it up. Or postgresql+psycopg://…",
    ),
    Option("dataset", "folder", "data/dataset", "Records and index, encrypted."),
    Option("dataset", "publish_interval_s", 30, "Changes are published at most this often."),
    Option("dataset", "workers", 1, "Processes that evaluate queries and build the index."),
    Option("peer", "listen", "127.0.0.1:8443", "Where the other members' calls arrive."),
    Option(
        "peer",
        "endpoint",
        "https://risk.example.com:8443",
        "The same place as the others reach it; it stands in the registry.",
        required=True,
    ),
    Option(
        "peer",
        "allow_private_endpoints",
        False,
        "Call members at private and loopback addresses (one machine, test networks).",
    ),
    Option(
        "peer",
        "allowed_networks",
        ["10.20.0.0/16"],
        "Call members in these networks, and in no other that is not public.",
    ),
    Option("peer", "timeout_s", 10.0, "For one call to another member."),
    Option("peer", "max_concurrent", 64, "Calls at a time; more are answered with 503."),
    Option("api", "socket", "run/riskmesh.sock", "The interface for your own systems and for the commands."),
    Option(
        "policy",
        "redeem_min_amount",
        10_000,
        "Credits; one hit must not show by being redeemed at once. Redeem at this much,",
    ),
    Option("policy", "redeem_max_age_s", 86_400, "or once it is this old,"),
    Option("policy", "redeem_at_epoch_end", True, "or before an epoch ends, so that its hits can be rated."),
    Option(
        "policy", "rate_together", 1_000, "Ratings go out when so many are ready, or before an epoch ends."
    ),
    Option("policy", "default_purpose", 1, "Code of the purpose list, for queries that name none."),
    Option("policy", "default_deadline_s", 120, "How long holders have to answer."),
    Option(
        "policy",
        "carry_through_proposals",
        True,
        "Queue and execute what the members have voted for.",
    ),
    Option(
        "policy",
        "decoys_percent",
        2,
        "Of what you ask in a day, as much is asked about for auditors at your cost; 0: nothing.",
    ),
    Option("express", "serve", True, "Answer other members' express requests."),
    Option("express", "min_score_bps", 0, "Only those of members with at least this score, 0 to 10,000."),
    Option("express", "default_deadline_ms", 5_000, "How long an express query waits, if it does not say."),
    Option("express", "anchor_batches", 500, "Own express batches go on the chain when so many wait,"),
    Option("express", "anchor_age_s", 900, "or once one has waited so long, or a third of anchor_window_s."),
    Option("disputes", "automatic", False, "Dispute wrong or missing disclosures without being told."),
    Option(
        "disputes",
        "unanswered_after_s",
        3_600,
        "How long a receipt may be unanswered after the claim window.",
    ),
    Option("log", "level", "info", "debug, info, warning or error."),
    Option("log", "format", "console", "console or json."),
    Option("log", "file", "log/riskmesh.log", "A copy of the last lines, for riskmesh support-bundle."),
    Option("log", "file_mib", 8, "Four files of this size are kept; 0 keeps none."),
    Option(
        "metrics",
        "listen",
        "127.0.0.1:9464",
        "Not set: no listener. Serves /metrics, /healthz and /readyz without a token, on loopback only.",
    ),
)

NOT_SHOWN = ("api.listen", "api.token_file")
"""The other way to serve the local interface: no default, and it excludes `api.socket`."""

LIMITS = {f"limits.{limit.name}": limit for limit in limits()}
LIMITS_HEADING = """
# How much may be asked of this daemon at once, how often, for how long: docs/operations.md has the defaults.
[limits]
"""


def render(values: Mapping[str, Value]) -> str:
    """The text of a new file with `values` by their full name, such as `chain.rpc`.

    Raises UnknownSetting, or MissingSetting when a setting without default is not among `values`.
    """
    known = (*(option.name for option in OPTIONS), *NOT_SHOWN, *LIMITS)
    for name in values:
        if name not in known:
            raise UnknownSetting(name, known)
    parts = [HEADING]
    for table, options in groupby(OPTIONS, key=lambda option: option.table):
        parts.append(f"\n[{table}]\n")
        parts += [_lines(option, values) for option in options]
        parts += [
            tomli_w.dumps({name.removeprefix(f"{table}."): values[name]})
            for name in NOT_SHOWN
            if name in values and name.startswith(f"{table}.")
        ]
    parts.append(LIMITS_HEADING)
    parts += [
        f"# {limit.about}\n{_line(limit.name, values[name])}\n"
        for name, limit in LIMITS.items()
        if name in values
    ]
    return "".join(parts)


def _lines(option: Option, values: Mapping[str, Value]) -> str:
    if option.name not in values:
        if option.required:
            raise MissingSetting(option.name, f"for example {_line(option.key, option.example)}")
        return f"# {option.about}\n# {_line(option.key, option.example)}\n"
    return f"# {option.about}\n{_line(option.key, values[option.name])}\n"


def _line(key: str, value: Value) -> str:
    if isinstance(value, list):
        items = ", ".join(tomli_w.dumps({"item": item}).strip().removeprefix("item = ") for item in value)
        return f"{key} = [{items}]"
    return tomli_w.dumps({key: value}).rstrip("\n")
