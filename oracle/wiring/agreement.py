"""Checks that this program reads subjects and codes as the consortium has agreed."""

from typing import ClassVar

from oracle.chain.view import AllianceView
from oracle.domain.errors import Misconfigured
from oracle.subjects import code_lists_hash, rules_hash


class RulesDiffer(Misconfigured):
    """Another version of the subject rules or code lists is in force on the chain."""

    code: ClassVar[str] = "rules_differ"


def require_agreement(view: AllianceView) -> None:
    """Raises `RulesDiffer`: one spelling read in two ways would make hits disappear without a trace."""
    for name, own in (("subject_rules_hash", rules_hash()), ("code_lists_hash", code_lists_hash())):
        governed = view.parameter(name).value
        if governed != int.from_bytes(own):
            raise RulesDiffer(
                f"The chain's {name} is 0x{governed:064x}, this program's 0x{own.hex()}: it reads subjects "
                "or codes by another version of the rules. Install the version that the consortium agreed on."
            )
