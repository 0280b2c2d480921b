"""The calls of the client about batches as they are shown to auditors."""

from oracle.api.auditing_schema import AnswerCase, OpenAudit
from oracle.api.connection import Connection
from oracle.domain.reports import CaseLine, DossierFile, DossierReport


class AuditingClient:
    """Satisfies `DossierService` of `oracle.api.ports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def dossier(self, reference: str) -> DossierReport:
        return await self._connection.get(f"/v1/dossiers/{reference}", DossierReport)

    async def dossier_file(self, reference: str) -> DossierFile:
        return await self._connection.get(f"/v1/dossiers/{reference}/file", DossierFile)

    async def answer_case(self, *, case_id: bytes, name: str, content: bytes) -> CaseLine:
        body = AnswerCase(name=name, content=content)
        return await self._connection.post(f"/v1/cases/0x{case_id.hex()}/answer", CaseLine, body=body)

    async def open_audit(self, *, accused: int, batch_id: bytes) -> CaseLine:
        body = OpenAudit(accused=accused, batch_id="0x" + batch_id.hex())
        return await self._connection.post("/v1/cases", CaseLine, body=body)
