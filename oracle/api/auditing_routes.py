"""The routes of what is shown to auditors, a part of the one table in `routes`."""

from typing import Annotated

from msgspec import Meta

from oracle.api.ports import Services
from oracle.api.route_kinds import Route, get_json
from oracle.api.schema import Body, Parameters
from oracle.domain.reports import DossierFile, DossierReport


class DossierPath(Parameters, frozen=True, kw_only=True):
    """Names a batch, or the audit of one, by its identifier or the first digits of it."""

    reference: Annotated[str, Meta(pattern="^(0x)?[0-9a-fA-F]{6,64}$", max_length=66)]


async def show_dossier(services: Services, parameters: DossierPath, _: Body) -> DossierReport:
    return await services.dossiers.dossier(parameters.reference)


async def dossier_file(services: Services, parameters: DossierPath, _: Body) -> DossierFile:
    return await services.dossiers.dossier_file(parameters.reference)


AUDITING_ROUTES: tuple[Route, ...] = (
    get_json(
        "/v1/dossiers/{reference}",
        DossierPath,
        DossierReport,
        show_dossier,
        summary="Everything about one batch of this institution, recomputed",
    ),
    get_json(
        "/v1/dossiers/{reference}/file",
        DossierPath,
        DossierFile,
        dossier_file,
        summary="The dossier of one batch, for anybody to verify",
    ),
)
