"""The file that `riskmesh init` writes: it parses, and the defaults that it names are the defaults."""

from pathlib import Path

import pytest

from oracle.config.errors import MissingSetting, UnknownSetting
from oracle.config.limits import LimitSettings, limits
from oracle.config.loading import parse_settings
from oracle.config.settings import LogFormat
from oracle.config.template import OPTIONS, Value, render

PATH = Path("/srv/bank-a/riskmesh.toml")
REQUIRED: dict[str, Value] = {
    "member.name": 'Bank "A"\\',
    "chain.rpc": "http://127.0.0.1:8545",
    "peer.endpoint": "https://risk.example.com",
}
EXAMPLES_WITHOUT_DEFAULT = {
    "keys.passphrase_file",
    "chain.gas_price_wei",
    "chain.max_gas_price_wei",
    "metrics.listen",
    "peer.allowed_networks",
}


def test_template__required_values__are_read_back() -> None:
    values = {**REQUIRED, "chain.rpc": ["http://127.0.0.1:8545", "http://127.0.0.1:8546/a,%20b"]}

    settings = parse_settings(render(values), path=PATH)

    assert settings.member.name == 'Bank "A"\\'
    assert settings.chain.rpc == ("http://127.0.0.1:8545", "http://127.0.0.1:8546/a,%20b")
    assert settings.peer.endpoint == "https://risk.example.com"


def test_template__every_default_written_out__changes_nothing() -> None:
    defaults = {
        option.name: option.example for option in OPTIONS if option.name not in EXAMPLES_WITHOUT_DEFAULT
    }

    assert parse_settings(render({**defaults, **REQUIRED}), path=PATH) == parse_settings(
        render(REQUIRED), path=PATH
    )


def test_template__comments_taken_away__every_line_is_known() -> None:
    lines = [line.removeprefix("# ") if " = " in line else line for line in render(REQUIRED).splitlines()[3:]]

    settings = parse_settings("\n".join(lines), path=PATH)

    assert settings.keys.passphrase_file == PATH.parent / "passphrase"
    assert settings.chain.gas_price_wei == 0


def test_template__values_given__stand_in_the_file() -> None:
    values = {**REQUIRED, "log.format": "json", "chain.poll_interval_s": 0.1}
    values |= {"api.listen": "127.0.0.1:8480", "api.token_file": "run/token"}

    settings = parse_settings(render(values), path=PATH)

    assert settings.log.format is LogFormat.JSON
    assert settings.chain.poll_interval_s == 0.1
    assert "8480" in str(settings.api.listen)


def test_template__limits_given__stand_in_the_file_and_the_others_keep_their_defaults() -> None:
    settings = parse_settings(render({**REQUIRED, "limits.member_concurrent": 3}), path=PATH)

    assert settings.limits == LimitSettings(member_concurrent=3)


def test_template__every_default_of_the_limits_written_out__changes_nothing() -> None:
    defaults: dict[str, Value] = {f"limits.{limit.name}": limit.default for limit in limits()}

    assert parse_settings(render({**REQUIRED, **defaults}), path=PATH).limits == LimitSettings()


def test_template__unknown_name__is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownSetting, match=r"Did you mean log\.level\?"):
        render({**REQUIRED, "log.levle": "debug"})


def test_template__required_value_not_given__is_refused() -> None:
    with pytest.raises(MissingSetting, match=r"member\.name"):
        render({})
