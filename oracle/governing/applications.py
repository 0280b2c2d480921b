"""Turns an application into a motion, after checking what can be known before a vote."""

from oracle.chain.applications import check_application
from oracle.chain.contracts.consortium_governor import Motion, motion
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.errors import ApplicationRefused
from oracle.chain.view import AllianceView
from oracle.domain.application import Application


def admission_motion(application: Application, *, registry: MemberRegistry, view: AllianceView) -> Motion:
    """The motion to admit an applicant. Raises `ApplicationRefused` with what is wrong."""
    check_application(application)
    _check_untaken(application, view)
    # The operator address makes the description, and so the proposal, unique for this application.
    description = f"Admit {application.name} (operator {application.operator}, {application.endpoint})"
    return motion([registry.admit(application)], description)


def _check_untaken(application: Application, view: AllianceView) -> None:
    for member in view.members.all.values():
        taken = {member.governance} | {entry.value for entry in member.operators}
        if application.governance in taken or application.operator in taken:
            raise ApplicationRefused(f"An account of the application belongs to member {member.id} already.")
        if any(entry.value.key == application.oprf_key for entry in member.oprf_keys):
            raise ApplicationRefused(f"The OPRF key of the application is member {member.id}'s already.")
