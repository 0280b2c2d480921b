"""Proposals about auditors and cases in words and tried on a copy of the state: against all contracts."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from stage.proposals import FOREIGN, call_of, line_of, proposal_of

from oracle.chain.contracts.audit_ledger import AuditorPapers
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.domain.ids import MemberId
from oracle.domain.reports import ProposalState
from oracle.governing.examining import Examiner

TWO = MemberId(2)


async def test_examine__auditors_and_an_appeal__are_said_in_words_and_tried(
    *,
    examiner: Examiner,
    stream: EventStream,
    contracts: Bindings,
    governed: Callable[[Order], Awaitable[None]],
    operator_lane: Callable[[int], Lane],
    ask_chain: Callable[..., Awaitable[object]],
) -> None:
    papers = AuditorPapers(
        sealing_suite=1, sealing_key=b"\x4f" * 32, certificate=b"\x30" * 400, name_hash=b"\x22" * 32
    )
    await governed(contracts.audits.appoint(FOREIGN, papers))
    await operator_lane(1).execute("cause", contracts.audits.open_for_cause(TWO, b"\x01" * 32))
    await ask_chain("evm_increaseTime", 3_600 * 24 * 4)  # beyond the time to answer, within that to appeal
    await ask_chain("evm_mine")
    await stream.poll()
    assert stream.view.head is not None
    head = stream.view.head.number
    (case,) = stream.view.audits.newest_cases()
    other = "0x00000000000000000000000000000000000000Ee"
    motion = examiner.motion(
        [
            call_of("AuditLedger", "appoint", other, f'[1, "0x{"4f" * 32}", "0x30", "0x{"33" * 32}"]'),
            call_of("AuditLedger", "appoint", other, f'[2, "0x{"4f" * 32}", "0x30", "0x{"33" * 32}"]'),
            call_of("AuditLedger", "overturn", "0x" + case.id.hex(), "0"),
            call_of("AuditLedger", "overturn", "0x" + "77" * 32, "1"),
        ],
        "",
        block=head,
    )

    details = await examiner.details(proposal_of(motion), line_of(ProposalState.ACTIVE), block=head)
    last = examiner.motion([call_of("AuditLedger", "dismiss", FOREIGN)], "", block=head)
    dismissal = await examiner.details(proposal_of(last), line_of(ProposalState.ACTIVE), block=head)

    appointed, _, overturned, unknown = (call.words for call in details.calls)
    assert appointed.lower().startswith(f"appoint the auditor {other.lower()} (sealing key 0x4f4f")
    assert f"SHA-256 of its certificate 0x{sha256(b'0').hexdigest()}, hash of its name 0x3333" in appointed
    came = f"cause, upheld, {case.most} found"
    assert overturned == (
        f"overturn case 0x{case.id.hex()} ({came}) against member 2 (Bank B): 0 found instead"
    )
    assert unknown.endswith("WHICH DOES NOT EXIST")
    assert details.rehearsal is not None
    assert [outcome.succeeds for outcome in details.rehearsal.outcomes] == [True, False, True, False]
    changes = {change.what: (change.before, change.after) for change in details.rehearsal.changes}
    assert changes["auditors in office"] == ("1", "2")
    assert changes[f"what case 0x{case.id.hex()[:8]} came to"] == (
        f"upheld, {case.most} found",
        "dismissed, 0 found",
    )
    assert dismissal.calls[0].words.lower() == f"dismiss the auditor {FOREIGN.lower()}"
    assert dismissal.rehearsal is not None
    assert [(one.before, one.after) for one in dismissal.rehearsal.changes] == [("1", "0")]
