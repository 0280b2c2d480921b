"""Whether the snapshot that the chain names is the one that is here."""

import asyncio

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning
from oracle.dataset.glance import glance
from oracle.store.copying import sqlite_file


class PublishedDataset:
    name = "dataset"

    async def look(self, case: Case) -> Result:
        published = case.registry.publications_of(case.me.id)
        here = await self._snapshots(case)
        if not published:
            return warning(
                "Nothing is published: this member is not asked and earns nothing.",
                "Import records (riskmesh records import); the daemon publishes them.",
            )
        newest = published[-1].publication
        root = here.get(newest.sequence)
        if root != "0x" + newest.root.hex() and sqlite_file(case.configured.store.url) is None:
            return problem(
                f"The dataset does not have the published snapshot {newest.sequence}: this daemon answers "
                "nothing, another one of this member has to.",
                "Copy the dataset of the one that leads here (riskmesh records copy), then start this daemon "
                "again.",
            )
        if root is None:
            return problem(
                f"The chain names snapshot {newest.sequence}; it is not in the dataset.",
                "Restore the dataset, or import the lists again and publish (riskmesh records publish).",
            )
        if root != "0x" + newest.root.hex():
            return problem(
                f"Snapshot {newest.sequence} has another root here than on the chain: it is of another "
                "dataset or key.",
                "Restore the dataset of this member, or import the lists again and publish.",
            )
        return ok(f"snapshot {newest.sequence} is here as the chain has it")

    async def _snapshots(self, case: Case) -> dict[int, str]:
        """Roots by sequence."""
        if case.dataset is not None:
            snapshot = case.dataset.snapshot
            return {} if snapshot is None else {snapshot.sequence: snapshot.root}
        rows = await asyncio.to_thread(glance, case.configured.dataset.folder)
        return {row.sequence: "0x" + row.root.hex() for row in rows}
