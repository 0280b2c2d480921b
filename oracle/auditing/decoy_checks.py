"""The check of a batch that was asked for an auditor: its ticket stands for the openings."""

from dataclasses import replace

from oracle.auditing.batch_checks import UNOPENED
from oracle.auditing.dossier import Dossier
from oracle.auditing.lines import failed, passed
from oracle.auditing.picture import Picture
from oracle.crypto.typed_data import member_domain
from oracle.domain.reports import DossierReport, Party, ProofLine
from oracle.peer.decoys import parse_ticket, ticket_signer
from oracle.peer.errors import WireRefused


def with_ticket(report: DossierReport, raw: bytes, dossier: Dossier, picture: Picture) -> DossierReport:
    """What the ticket says instead of the line that nothing is opened."""
    line = _ticket(raw, dossier, picture)
    return replace(report, checks=tuple(line if one.name == UNOPENED else one for one in report.checks))


def _ticket(raw: bytes, dossier: Dossier, picture: Picture) -> ProofLine:
    try:
        ticket, signature = parse_ticket(raw)
    except WireRefused as error:
        return failed(UNOPENED, f"The ticket does not parse: {error}.", Party.REQUESTER)
    addresses = picture.addresses
    account = ticket_signer(ticket, signature, member_domain(addresses.chain_id, addresses.registry))
    # Also one that is not in office any more: what it had handed out was to be asked all the same.
    if account not in picture.now.audits.ever_appointed:
        return failed(UNOPENED, "The ticket is signed by no auditor.", Party.REQUESTER)
    if (ticket.member, ticket.elements) != (picture.request.requester, dossier.elements):
        return failed(UNOPENED, "The ticket is for another member or other elements.", Party.REQUESTER)
    if dossier.opened:
        return failed(UNOPENED, "The dossier opens what only an auditor could.", Party.REQUESTER)
    return passed(UNOPENED, f"Decoys of the auditor {account}, which alone opens them.")
