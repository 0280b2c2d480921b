"""What the interface needs of the auditing room, a part of `ports`."""

from typing import Protocol

from oracle.domain.reports import CaseLine, DossierFile, DossierReport


class DossierService(Protocol):
    """Gives out what was kept of one batch, and what it comes to."""

    async def dossier(self, reference: str) -> DossierReport:
        """Recomputed against the chain; `reference` is a batch or the audit of one, or the first digits."""
        ...

    async def dossier_file(self, reference: str) -> DossierFile: ...

    async def open_audit(self, *, accused: int, batch_id: bytes) -> CaseLine:
        """Have auditors look at a committed batch of another member, for cause."""
        ...

    async def answer_case(self, *, case_id: bytes, name: str, content: bytes) -> CaseLine:
        """Answer a case that the daemon does not answer by itself, with a file that auditors then fetch."""
        ...
