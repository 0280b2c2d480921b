"""Checks an application before this member puts its name under it, and turns it into a motion."""

from typing import ClassVar

from oracle.chain.contracts.consortium_governor import Motion, motion
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.view import AllianceView
from oracle.crypto.errors import PointRefused, PossessionInvalid, ScalarRefused, WrongLength
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import verify_possession
from oracle.domain.application import Application
from oracle.domain.errors import Refused


class ApplicationRefused(Refused):
    """An application contradicts itself, or takes what another member has."""

    code: ClassVar[str] = "application_refused"


def admission_motion(application: Application, *, registry: MemberRegistry, view: AllianceView) -> Motion:
    """The motion to admit an applicant. Raises `ApplicationRefused` with what is wrong."""
    check_application(application, view=view)
    # The operator address makes the description, and so the proposal, unique for this application.
    description = f"Admit {application.name} (operator {application.operator}, {application.endpoint})"
    return motion([registry.admit(application)], description)


def check_application(application: Application, *, view: AllianceView) -> None:
    """Everything that can be known before a vote: name, proof of possession, keys that are already taken."""
    if application.profile_hash != keccak256(application.name.encode()):
        raise ApplicationRefused("The profile hash is not that of the name; ask for a new application file.")
    context = bytes.fromhex(application.operator.removeprefix("0x"))
    try:
        verify_possession(application.oprf_key, context, application.oprf_possession)
    except (PossessionInvalid, PointRefused, ScalarRefused, WrongLength) as error:
        raise ApplicationRefused(
            "The applicant does not show that it knows its OPRF key; ask for a new application file."
        ) from error
    for member in view.members.all.values():
        taken = {member.governance} | {entry.value for entry in member.operators}
        if application.governance in taken or application.operator in taken:
            raise ApplicationRefused(f"An account of the application belongs to member {member.id} already.")
        if any(entry.value.key == application.oprf_key for entry in member.oprf_keys):
            raise ApplicationRefused(f"The OPRF key of the application is member {member.id}'s already.")
