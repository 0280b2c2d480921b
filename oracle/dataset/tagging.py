"""Tags of a holder's own subjects: a scalar multiplication each, spread over worker processes when many."""

import asyncio
from collections.abc import Sequence
from typing import Final

from oracle.crypto.tag import tag as tag_of
from oracle.crypto.voprf import evaluate_own_batch, public_key
from oracle.crypto.workers import Workers
from oracle.domain.ids import KeyVersion, MemberId, Tag

# About 50 ms of work: short enough that an import does not hold up the answers that share the workers.
CHUNK: Final = 500


class Tagger:
    """One version of a holder's OPRF key. The key reaches workers through their pipe only."""

    def __init__(
        self, *, secret: bytes, holder: MemberId, key_version: KeyVersion, workers: Workers | None = None
    ) -> None:
        self._secret = secret
        self._workers = workers
        self.holder = holder
        self.key_version = key_version
        self.public_key = public_key(secret)

    def __repr__(self) -> str:
        return f"Tagger(key_version={self.key_version})"

    async def tags(self, subjects: Sequence[bytes]) -> list[Tag]:
        """The tags of `subjects` (`subject_bytes`) in their order, without holding up the event loop.

        Raises `WorkerLost` when a worker process is killed meanwhile.
        """
        if self._workers is None or len(subjects) < CHUNK:
            return await asyncio.to_thread(self.tags_here, subjects)
        chunks = [subjects[start : start + CHUNK] for start in range(0, len(subjects), CHUNK)]
        found = await asyncio.gather(
            *(
                self._workers.run(_tags, self._secret, self.holder, self.key_version, tuple(chunk))
                for chunk in chunks
            )
        )
        return [tag for chunk in found for tag in chunk]

    def tags_here(self, subjects: Sequence[bytes]) -> list[Tag]:
        """As `tags`, in this thread."""
        return _tags(self._secret, self.holder, self.key_version, subjects)


def _tags(secret: bytes, holder: MemberId, key_version: KeyVersion, subjects: Sequence[bytes]) -> list[Tag]:
    return [tag_of(output, holder, key_version) for output in evaluate_own_batch(secret, subjects)]
