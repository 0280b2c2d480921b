"""The routes of what is shown to auditors, a part of the one table in `routes`."""

from oracle.api.auditing_schema import AnswerCase, CasePath, DossierPath, OpenAudit
from oracle.api.ports import Services
from oracle.api.route_kinds import Route, get_json, post_json
from oracle.api.schema import Body, Parameters
from oracle.domain.reports import CaseLine, DossierFile, DossierReport


async def show_dossier(services: Services, parameters: DossierPath, _: Body) -> DossierReport:
    return await services.dossiers.dossier(parameters.reference)


async def dossier_file(services: Services, parameters: DossierPath, _: Body) -> DossierFile:
    return await services.dossiers.dossier_file(parameters.reference)


async def open_audit(services: Services, _: Parameters, body: OpenAudit) -> CaseLine:
    return await services.dossiers.open_audit(accused=body.accused, batch_id=bytes.fromhex(body.batch_id[2:]))


async def answer_case(services: Services, parameters: CasePath, body: AnswerCase) -> CaseLine:
    return await services.dossiers.answer_case(
        case_id=bytes.fromhex(parameters.case_id[2:]), name=body.name, content=body.content
    )


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
    post_json(
        "/v1/cases",
        Parameters,
        OpenAudit,
        CaseLine,
        open_audit,
        summary="Have auditors look at a batch of another member, for cause",
    ),
    post_json(
        "/v1/cases/{case_id}/answer",
        CasePath,
        AnswerCase,
        CaseLine,
        answer_case,
        summary="Answer a case for cause or a contradiction against this member",
    ),
)
