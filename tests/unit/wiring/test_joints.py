"""The adapters between rooms: registry, keys, snapshots, desks and doors."""

import secrets
from collections import Counter

import pytest
from stage.consortium import Consortium, publish

from oracle.chain import facts
from oracle.crypto.sealing import seal
from oracle.dataset.errors import SnapshotUnknown
from oracle.domain.answered import NoRecord, StoredRecord
from oracle.domain.ids import Address, BatchId, KeyVersion, MemberId, Sequence, Tag
from oracle.domain.messages import MessageType
from oracle.domain.query import Element
from oracle.domain.settlement import VoucherStateRequest
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.voucher_state import decode_voucher_state, encode_voucher_state_request
from oracle.peer.errors import MessageTypeUnexpected, PeerUnknown, UnknownBatch
from oracle.wiring.desks import DaemonStarting, Desks, NotAMember
from oracle.wiring.registry import Registry
from oracle.wiring.snapshots import DatasetSnapshots

NORTH, NOBODY = MemberId(2), MemberId(99)
FIRST, SECOND = KeyVersion(1), KeyVersion(2)
NEW_OPERATOR = Address("0x" + "22" * 20)


def test_registry__of_a_member_without_such_a_key__says_none(consortium: Consortium) -> None:
    registry = Registry(consortium.chain.view)

    assert registry.operator_address(NORTH, SECOND) is None
    assert registry.operator_address(NOBODY, FIRST) is None
    assert registry.sealing_key(NORTH, SECOND) is None
    assert registry.sealing_key(NOBODY, FIRST) is None
    assert registry.newest_operator_version(NOBODY) is None
    assert registry.newest_sealing_version(NOBODY) is None
    assert registry.address_of(NOBODY) is None


def test_registry__after_a_rotation__has_the_new_key_and_still_the_old(consortium: Consortium) -> None:
    registry = Registry(consortium.chain.view)
    old = registry.operator_address(NORTH, FIRST)
    consortium.chain.happen(
        lambda at: facts.OperatorRotated(at=at, member_id=NORTH, version=SECOND, operator=NEW_OPERATOR),
        lambda at: facts.SealingKeyRotated(at=at, member_id=NORTH, version=SECOND, suite=1, key=b"\x02" * 32),
    )

    assert registry.newest_operator_version(NORTH) == registry.newest_sealing_version(NORTH) == SECOND
    assert registry.operator_address(NORTH, FIRST) == old
    assert registry.operator_address(NORTH, SECOND) == NEW_OPERATOR
    assert registry.sealing_key(NORTH, SECOND) == b"\x02" * 32
    assert registry.sealing_key(NORTH, FIRST) not in {None, b"\x02" * 32}


async def test_post__to_a_member_whose_suite_is_not_spoken__refuses_and_does_not_break(
    consortium: Consortium,
) -> None:
    consortium.chain.happen(
        lambda at: facts.SealingKeyRotated(
            at=at, member_id=NORTH, version=SECOND, suite=2, key=b"\x02" * 1_216
        )
    )

    assert Registry(consortium.chain.view).sealing_key(NORTH, SECOND) is None
    with pytest.raises(PeerUnknown, match="no keys to write to member 2"):
        consortium[1].post.seal(
            MessageType.VOUCHER_STATE_REQUEST, BatchId(bytes(32)), NORTH, statement=b"", frame=b""
        )


def test_registry__of_a_member_that_moved__has_its_new_endpoint_and_certificate(
    consortium: Consortium,
) -> None:
    registry = Registry(consortium.chain.view)
    consortium.chain.happen(
        lambda at: facts.EndpointSet(
            at=at,
            member_id=NORTH,
            endpoint="https://new.example",
            tls_fingerprint=bytes(32),
            certificate=b"new",
        )
    )

    address = registry.address_of(NORTH)
    assert address is not None
    assert (address.endpoint, address.certificate) == ("https://new.example", b"new")
    # In the order of registration: nobody pushes an earlier member out by registering its certificate.
    assert [entry.member for entry in registry.certificates()] == [1, 3, NORTH]


def test_registry__of_suspended_members__still_lets_them_settle(consortium: Consortium) -> None:
    consortium.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=NORTH))

    assert NORTH in {entry.member for entry in Registry(consortium.chain.view).certificates()}


def test_sealing_keys__of_a_member__open_what_is_sealed_to_its_registered_key(
    consortium: Consortium,
) -> None:
    north = consortium[2]
    opener = north.post._opener  # noqa: SLF001 - the adapter under test, as `wiring` makes it
    sealed = seal(north.base.keyring.sealing_public(), b"hello", b"info")

    assert opener.member == NORTH
    assert (opener.has_sealing_key(FIRST), opener.has_sealing_key(SECOND)) == (True, False)
    assert opener.open_sealed(FIRST, sealed, b"info") == b"hello"


async def test_snapshots__of_every_sequence__are_read_apart(consortium: Consortium) -> None:
    north = consortium[2]
    snapshots = DatasetSnapshots(north.holder.dataset)
    await publish(north, "later.example")
    element = Element(blinded=bytes(32), prefix_bits=15, prefix=0)

    (before,) = await snapshots.cut(Sequence(1), [element])
    (after,) = await snapshots.cut(Sequence(2), [element])

    assert (len(before.buckets[0].tags), len(after.buckets[0].tags)) == (2, 3)
    new = (set(after.buckets[0].tags) - set(before.buckets[0].tags)).pop()
    subject = Subject(type=SubjectType.DOMAIN, value="later.example").encoded
    assert isinstance(await snapshots.record(Sequence(2), subject, new), StoredRecord)
    assert await snapshots.record(Sequence(1), subject, new) is NoRecord.NEVER_THERE
    assert await snapshots.record(Sequence(2), subject, Tag(bytes(16))) is NoRecord.NEVER_THERE
    assert await snapshots.record(Sequence(2), subject[:-1], new) is NoRecord.NEVER_THERE
    assert len(await snapshots.digests(Sequence(1), subject)) == 2
    assert len(await snapshots.digests(Sequence(2), subject)) == 3


async def test_snapshots__of_an_erased_record__say_so(consortium: Consortium) -> None:
    north = consortium[2]
    snapshots = DatasetSnapshots(north.holder.dataset)
    (cut,) = await snapshots.cut(Sequence(1), [Element(blinded=bytes(32), prefix_bits=1, prefix=0)])
    erased = [Subject(type=SubjectType.DOMAIN, value=name) for name in ("north.example", "both.example")]
    for subject in erased:
        await north.holder.dataset.remove(subject, erase=True)

    found = [
        await snapshots.record(Sequence(1), subject.encoded, listed)
        for subject in erased
        for listed in cut.buckets[0].tags
    ]

    assert Counter(found) == {NoRecord.ERASED: 2, NoRecord.NEVER_THERE: 2}
    with pytest.raises(SnapshotUnknown):
        await snapshots.cut(Sequence(9), [])


def test_desks__before_membership__serve_the_status_alone() -> None:
    status = object()
    desks = Desks(status, starting=lambda: False)

    assert desks.status is status
    for name in ("queries", "records", "members", "governance", "credits", "ratings"):
        with pytest.raises(NotAMember, match="not a member yet"):
            getattr(desks, name)


def test_desks__of_a_member_that_starts__say_so_and_not_that_it_is_no_member() -> None:
    starting = True
    desks = Desks(object(), starting=lambda: starting)

    with pytest.raises(DaemonStarting, match="Try again"):
        _ = desks.queries
    starting = False
    with pytest.raises(NotAMember):
        _ = desks.queries


async def test_door__envelope_of_a_batch__is_for_members_in_standing_once_it_is_committed(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    accepted = await asker.submit("a.example")
    await asker.commit()
    batch_id = (await asker.batch(accepted)).batch_id

    assert await asker.doors.envelope(batch_id, NORTH)
    with pytest.raises(UnknownBatch):
        await asker.doors.envelope(BatchId(bytes(32)), NORTH)
    consortium.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=NORTH))
    with pytest.raises(UnknownBatch):
        await asker.doors.envelope(batch_id, NORTH)


async def test_door__message_of_another_kind__is_refused(consortium: Consortium) -> None:
    asker, north = consortium[1], consortium[2]
    frame = encode_voucher_state_request(VoucherStateRequest(nonce=bytes(16)), salt=bytes(16))
    raw = asker.post.seal(
        MessageType.VOUCHER_STATE_REQUEST, BatchId(bytes(32)), NORTH, statement=b"", frame=frame
    )

    with pytest.raises(MessageTypeUnexpected):
        await north.doors.receipt(raw, asker.id)
    with pytest.raises(MessageTypeUnexpected):
        await north.doors.reply(raw, asker.id)


async def test_door__voucher_state__gives_a_requester_back_what_bears_its_signature(
    consortium: Consortium,
) -> None:
    asker, north = consortium[1], consortium[2]
    await consortium.whole("both.example")
    nonce, nowhere = secrets.token_bytes(16), BatchId(bytes(32))
    frame = encode_voucher_state_request(VoucherStateRequest(nonce=nonce), salt=bytes(16))
    raw = asker.post.seal(MessageType.VOUCHER_STATE_REQUEST, nowhere, NORTH, statement=b"", frame=frame)

    answer = await north.doors.voucher_state(raw, asker.id)

    opened = asker.post.open_answer(
        answer, sender=NORTH, batch_id=nowhere, expected=MessageType.VOUCHER_STATE
    )
    state = decode_voucher_state(opened.frame)
    assert state.nonce == nonce
    assert state.voucher is not None
    assert (state.voucher.value.queries, state.voucher.value.hits) == (1, 1)
    assert (state.accepted.queries, state.accepted.hits, state.accepted.amount) == (1, 1, 101)
    assert asker.notary.signed_by(state.voucher.value, state.voucher.signature, asker.id, FIRST)
