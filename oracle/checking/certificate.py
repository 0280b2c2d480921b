"""Whether the TLS certificate is the registered one, and how long it is valid."""

from datetime import UTC, datetime

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning
from oracle.crypto.tls import fingerprint, valid_until

SOON_DAYS = 60


class Certificate:
    name = "certificate"

    async def look(self, case: Case) -> Result:
        own, registered = case.keys.certificate, case.me.endpoint
        if registered is None:
            return problem(
                "The registry has no endpoint of this member.", "Register one; nobody can call it."
            )
        if registered.certificate != own:
            return problem(
                f"The key folder has {fingerprint(own).hex()[:16]}…, the registry "
                f"{registered.tls_fingerprint.hex()[:16]}…: no member will talk to this daemon.",
                "Restore tls.pem and tls.json that were registered, or register the new certificate.",
            )
        if registered.url.rstrip("/") != case.configured.peer.endpoint:
            return problem(
                f"The registry sends the others to {registered.url}, the configuration says "
                f"{case.configured.peer.endpoint}.",
                "Correct peer.endpoint, or register the new endpoint.",
            )
        left = (valid_until(own) - datetime.now(UTC)).days
        if left < 0:
            return problem(f"It ended {-left} days ago.", "Register a new certificate.")
        if left < SOON_DAYS:
            return warning(f"It ends in {left} days.", "Register a new certificate before that.")
        return ok(f"the registered one, valid for {left} more days")
