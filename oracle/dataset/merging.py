"""Several findings about one subject become one record: at most one item a category, the later one wins."""

from oracle.domain.record import Record, RecordItem


def merged(record: Record | None, item: RecordItem) -> Record:
    """`record` with `item` in the place of its category."""
    items = {known.category: known for known in record.items} if record is not None else {}
    items[item.category] = item
    return Record(items=tuple(items[category] for category in sorted(items)))


def last_day(record: Record) -> int:
    """The day after which no item of `record` counts any more."""
    return max(item.expires_day for item in record.items)
