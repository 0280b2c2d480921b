import hashlib
from typing import Any

import pytest

from oracle.crypto.buckets import bucket_hash, bucket_number
from oracle.dataset.dataset import Dataset
from oracle.dataset.errors import TagNotInSnapshot
from oracle.dataset.snapshot import Disclosed
from oracle.domain.ids import Tag
from oracle.domain.record import Category
from oracle.domain.subject import SubjectType
from oracle.peer.record_codec import open_frame


async def test_import__a_known_subject__replaces_its_record_under_a_new_digest(
    dataset: Dataset, holder: Any
) -> None:
    await holder.imports(dataset, holder.lines(1, 2))
    first = await dataset.build_snapshot(now=holder.now)
    summary = await holder.imports(dataset, "domain,HOST1.example,high_risk_account,money_mule")
    assert (summary.added, summary.updated) == (0, 1)
    second = await dataset.build_snapshot(now=holder.now)
    old = await dataset.record_for(first.sequence, holder.domain(1).encoded, holder.tag_of(holder.domain(1)))
    new = await dataset.record_for(second.sequence, holder.domain(1).encoded, holder.tag_of(holder.domain(1)))
    assert isinstance(old, Disclosed)
    assert isinstance(new, Disclosed)
    assert old.digest != new.digest
    assert old.salt != new.salt
    assert [item.category for item in open_frame(old.frame).items] == [Category.TELECOM_FRAUD]
    assert [item.category for item in open_frame(new.frame).items] == [
        Category.HIGH_RISK_ACCOUNT,
        Category.TELECOM_FRAUD,
    ]
    assert (await dataset.stats()).counts.records == 1


async def test_import__the_same_category_again__replaces_that_item(dataset: Dataset, holder: Any) -> None:
    await holder.imports(
        dataset, "domain,a.example,telecom_fraud,phishing\ndomain,a.example,telecom_fraud,impersonation"
    )
    page = await dataset.list_records()
    (listed,) = page.records
    (item,) = listed.record.items
    assert item.reason_code == 8
    assert (item.severity, item.confidence_bps, item.evidence_class) == (3, 8_000, 5)
    assert (item.first_seen_day, item.last_seen_day, item.expires_day) == (
        holder.today,
        holder.today,
        holder.today + 730,
    )
    assert listed.pending
    await dataset.build_snapshot(now=holder.now)
    assert not (await dataset.list_records()).records[0].pending


async def test_record_for__a_listed_tag__opens_the_committed_digest(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 60))
    row = await dataset.build_snapshot(now=holder.now)
    found = await dataset.record_for(row.sequence, holder.domain(9).encoded, holder.tag_of(holder.domain(9)))
    assert isinstance(found, Disclosed)
    assert hashlib.sha256(found.salt + found.frame).digest() == found.digest
    number = bucket_number(bucket_hash(holder.domain(9).encoded), row.bits)
    assert found.digest in await dataset.digests_of_bucket(row.sequence, number)


async def test_record_for__a_tag_that_is_not_listed__is_refused(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 3))
    row = await dataset.build_snapshot(now=holder.now)
    await holder.imports(dataset, holder.lines(3, 4))
    for unlisted in (holder.tag_of(holder.domain(3)), Tag(b"\xff" * 16), Tag(bytes(16))):
        with pytest.raises(TagNotInSnapshot):
            await dataset.record_for(row.sequence, holder.domain(3).encoded, unlisted)


async def test_build__all_items_expired__drops_the_record(dataset: Dataset, holder: Any) -> None:
    expiring = (
        "type,value,category,reason,expires\n"
        "domain,a.example,telecom_fraud,phishing,2024-10-05\n"
        "domain,b.example,telecom_fraud,phishing,2024-10-05\n"
        "domain,b.example,high_risk_account,money_mule,2024-12-01\n"
    )
    await holder.imports(dataset, expiring.encode())  # day 20,000 is 2024-10-04
    assert (await dataset.build_snapshot(now=holder.now)).records == 2
    assert (await dataset.stats()).next_expiry_day == holder.today + 1
    assert (await dataset.build_snapshot(now=holder.now + 86_400)).records == 2
    gone = await dataset.build_snapshot(now=holder.now + 2 * 86_400)
    assert gone.records == 1
    assert (await dataset.build_snapshot(now=holder.now + 90 * 86_400)).records == 0
    stats = await dataset.stats()
    assert stats.counts.by_category == {}
    assert stats.next_expiry_day is None


async def test_build__an_expiry_was_extended__keeps_the_record(dataset: Dataset, holder: Any) -> None:
    header = "type,value,category,reason,expires\n"
    await holder.imports(dataset, f"{header}domain,a.example,telecom_fraud,phishing,2024-10-05\n".encode())
    await holder.imports(dataset, f"{header}domain,a.example,telecom_fraud,phishing,2025-10-05\n".encode())
    assert (await dataset.build_snapshot(now=holder.now + 5 * 86_400)).records == 1


async def test_list__more_records_than_a_page__come_once_each(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 25))
    seen: list[str] = []
    after = None
    pages = 0
    while pages == 0 or after is not None:
        page = await dataset.list_records(limit=10, after=after)
        seen.extend(listed.subject.value for listed in page.records)
        after = page.after
        pages += 1
    assert pages == 3
    assert sorted(seen) == sorted(holder.domain(number).value for number in range(25))


async def test_stats__after_imports_and_removals__count_what_is_there(dataset: Dataset, holder: Any) -> None:
    await holder.imports(dataset, holder.lines(0, 4) + "\nip,10.0.0.1,high_risk_account,money_mule")
    await dataset.remove(holder.domain(0))
    stats = await dataset.stats()
    assert stats.counts.records == 4
    assert stats.counts.by_type == {SubjectType.DOMAIN: 3, SubjectType.IP: 1}
    assert stats.counts.by_category == {Category.TELECOM_FRAUD: 3, Category.HIGH_RISK_ACCOUNT: 1}
    assert stats.changes == 5
    assert stats.changes_pending
    await dataset.build_snapshot(now=holder.now)
    assert not (await dataset.stats()).changes_pending
