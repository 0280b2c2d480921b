"""Whether every key file opens with the pass phrase."""

import asyncio

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, skipped
from oracle.crypto.keyring import open_keyring


class Keys:
    name = "keys"

    async def look(self, case: Case) -> Result:
        settings = case.configured
        passphrase = case.unlock(settings)
        if passphrase is None:
            return skipped(
                "No pass phrase is given and nobody can be asked.",
                "Set keys.passphrase_file or RISKMESH_PASSPHRASE, or run this in a terminal.",
            )
        case.keyring = keyring = await asyncio.to_thread(open_keyring, settings.keys.folder, passphrase.text)
        return ok(f"all open; operator {keyring.operator_address()}")
