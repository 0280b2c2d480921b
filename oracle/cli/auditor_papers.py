"""`auditor.json`: what an auditor is appointed by, as `riskmesh auditor init` writes it."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from oracle.cli.errors import UsageWrong
from oracle.crypto.errors import CertificateRefused
from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import KEY_SIZE, SUITE_NUMBER
from oracle.crypto.tls import MAX_CERTIFICATE_SIZE, check_certificate

PAPERS_NAME = "auditor.json"
_MOST_BYTES = 3 * MAX_CERTIFICATE_SIZE


class AuditorPapersFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Public parts in hexadecimal, with 0x."""

    account: Annotated[str, Meta(pattern="^0x[0-9a-fA-F]{40}$")]
    sealing_suite: Annotated[int, Meta(ge=SUITE_NUMBER, le=SUITE_NUMBER)]
    sealing_key: Annotated[str, Meta(pattern=f"^0x([0-9a-fA-F]{{2}}){{{KEY_SIZE}}}$")]
    certificate: Annotated[
        str, Meta(pattern="^0x([0-9a-fA-F]{2})+$", max_length=2 + 2 * MAX_CERTIFICATE_SIZE)
    ]
    name: Annotated[str, Meta(min_length=1, max_length=200)]

    @property
    def name_hash(self) -> bytes:
        """What stands on the chain of the name."""
        return keccak256(self.name.encode())

    @property
    def arguments(self) -> tuple[str, str]:
        """Of the call that appoints."""
        return self.account, json.dumps(
            [self.sealing_suite, self.sealing_key, self.certificate, "0x" + self.name_hash.hex()]
        )


def read_papers(path: Path) -> AuditorPapersFile:
    """Raises `UsageWrong` for what members could not deal with."""
    try:
        with path.open("rb") as file:
            papers = msgspec.json.decode(file.read(_MOST_BYTES), type=AuditorPapersFile)
        check_certificate(bytes.fromhex(papers.certificate[2:]))
    except OSError as error:
        raise UsageWrong(f"Cannot read {path}: {error.strerror}.") from error
    except (msgspec.DecodeError, CertificateRefused) as error:
        raise UsageWrong(f"{path} has no papers of an auditor: {error}") from error
    return papers
