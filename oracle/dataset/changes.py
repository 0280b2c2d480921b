"""How many records the next snapshot changes: what a publication declares, and an audit recounts."""

from oracle.dataset.layout import Entry, pack_hash
from oracle.dataset.rows import Rows
from oracle.domain.ids import Sequence

_HASH_SIZE = len(pack_hash(0))


def changed_records(rows: Rows, sequence: Sequence, *, new_key: bool) -> int:
    """Records added, replaced or removed with the snapshot `sequence`, a replaced one counted once.

    With a new OPRF key every record gets another tag, which changes nothing that the holder knows: then only
    what was added or removed on balance is counted. Call while the touched hashes are still noted.
    """
    changed = 0
    entries = rows.txn.cursor(db=rows.tables.entries)
    for prefix in rows.txn.cursor(db=rows.tables.touched).iternext(values=False):
        added, removed = set(), set()
        if entries.set_range(prefix):
            for key, value in entries.iternext():
                if key[:_HASH_SIZE] != prefix:
                    break
                entry = Entry.parse(key, value)
                if entry.removed == sequence:
                    removed.add(entry.key.tag)
                elif entry.key.added == sequence:
                    added.add(entry.key.tag)
        changed += abs(len(added) - len(removed)) if new_key else len(added | removed)
    return changed
