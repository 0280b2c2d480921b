// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof} from "../../contracts/types/Anchors.sol";
import {CaseFile, CaseKind, CaseState} from "../../contracts/types/Audits.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Anchoring} from "./Anchoring.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Members, auditors and strangers that accuse, prove, answer, judge, appeal, report and settle in any order and at any
/// time, entitled to it or not; and a model of what cases and reports may become.
contract Courtroom is AuditWorld, Anchoring {
    uint8 private constant LETTERS = 3;

    bytes32[] public cases;
    mapping(bytes32 caseId => CaseState state) private seen;
    mapping(bytes32 caseId => bool answered) private answered_;
    mapping(bytes32 caseId => bool opened) private known;
    mapping(bytes32 caseId => uint32[3] found) private votes; // plus one
    mapping(bytes32 caseId => uint32 found) private decreed;
    Request[] private requests;
    mapping(bytes32 batchId => IQueryLedger.ReportState state) private reports;
    mapping(bytes32 batchId => AnchorProof proof) private proofs;
    mapping(uint64 memberId => uint256 count) private breaches;
    mapping(uint64 memberId => uint256 amount) private penalties;
    mapping(uint64 memberId => int256 amount) private escrowed;
    uint256 private issued;
    bool public usurped;

    constructor() {
        setUp();
        for (uint64 i = 1; i <= FOUNDERS; ++i) {
            queries.openBudget(i);
        }
    }

    function setUp() public override(AuditWorld, World) {
        super.setUp();
    }

    function pass(uint32 seconds_) external {
        vm.warp(block.timestamp + seconds_ % (2 days));
    }

    function accuse(uint64 by, uint64 accused, uint8 letter) external {
        vm.prank(operator(member(by)));
        try audits.openForCause(member(accused), keccak256(abi.encode(letter % LETTERS))) returns (bytes32 caseId) {
            vm.assertTrue(member(by) != member(accused));
            opened(caseId);
        } catch {}
    }

    function dispute(uint64 by, uint64 holder, uint8 letter, uint16 amount) external {
        (uint64 requester, uint64 accused) = (member(by), member(holder));
        bytes32 claim = keccak256(abi.encode("claim", letter % LETTERS));
        int256 before = credits.balanceOf(requester);
        vm.prank(operator(requester));
        try audits.openDispute(accused, claim, DIGEST, amount % 400) returns (bytes32 caseId) {
            escrowed[requester] -= before - credits.balanceOf(requester);
            opened(caseId);
        } catch {}
    }

    function proveHeads(uint64 of_, uint8 sequence) external {
        uint64 holder = member(of_);
        try audits.proveTwoHeads(
            signed(headOf(holder, sequence % LETTERS, keccak256("one"))),
            signed(headOf(holder, sequence % LETTERS, keccak256("other")))
        ) returns (
            bytes32 caseId
        ) {
            opened(caseId);
        } catch {}
    }

    function proveNonce(uint64 of_, uint8 nonce) external {
        uint64 requester = member(of_);
        try audits.proveNonceReuse(
            signedRequest(express(requester, nonce % LETTERS, 5)), signedRequest(express(requester, nonce % LETTERS, 6))
        ) returns (
            bytes32 caseId
        ) {
            opened(caseId);
        } catch {}
    }

    /// @dev Anyone tries; only the accused can, in time.
    function reply(uint256 pick, uint64 by) external {
        if (cases.length == 0) return;
        bytes32 caseId = cases[pick % cases.length];
        CaseFile memory file = audits.caseOf(caseId);
        vm.prank(operator(member(by)));
        try audits.answer(caseId, DIGEST) {
            usurped = usurped || file.accused != member(by) || block.timestamp > file.answerBy || answered_[caseId];
            answered_[caseId] = true;
        } catch {}
    }

    /// @dev Members and strangers try, too.
    function judge(uint256 pick, uint8 by, uint32 found) external {
        if (cases.length == 0) return;
        bytes32 caseId = cases[pick % cases.length];
        address caller = by % 4 == 3 ? operator(member(by)) : auditor(1 + by % 4);
        vm.prank(caller);
        found %= 5;
        try audits.castVerdict(caseId, found, DIGEST) {
            usurped = usurped || by % 4 == 3 || !answered_[caseId] || votes[caseId][by % 4] != 0;
            votes[caseId][by % 4] = found + 1;
        } catch {}
    }

    function appeal(uint256 pick, bool byVote, uint32 found) external {
        if (cases.length == 0) return;
        bytes32 caseId = cases[pick % cases.length];
        CaseFile memory file = audits.caseOf(caseId);
        vm.prank(byVote ? address(timelock) : auditor(1));
        found %= 5;
        try audits.overturn(caseId, found) {
            usurped = usurped || !byVote || block.timestamp > file.appealBy || file.overturned || found == file.found;
            decreed[caseId] = found;
        } catch {}
    }

    function settle(uint256 pick) external {
        if (cases.length == 0) return;
        bytes32 caseId = cases[pick % cases.length];
        CaseFile memory file = audits.caseOf(caseId);
        ICreditLedger.Escrow memory entry = credits.escrowOf(caseId);
        try audits.settle(caseId) {
            vm.assertTrue(seen[caseId] != CaseState.Settled);
            seen[caseId] = CaseState.Settled;
            if (file.kind == CaseKind.Dispute) {
                escrowed[file.state == CaseState.Dismissed ? entry.payee : entry.payer] += int256(uint256(entry.amount));
            }
            if (file.state == CaseState.Upheld) {
                breached(file.accused);
                bool counted = file.kind == CaseKind.Drawn || file.kind == CaseKind.Cause;
                if (counted) penalties[file.accused] += file.found * UNCLAIMED_HIT_PENALTY;
            }
            if (file.state == CaseState.Dismissed && file.kind == CaseKind.Cause && file.opener != 0) {
                penalties[file.opener] += NEEDLESS_FEE;
            }
        } catch {}
    }

    /// @dev Some requests are anchored before they are reported, some afterwards, some never.
    function ask(uint64 by, uint8 anchoring) external {
        if (requests.length >= 6) return;
        Request memory request = express(member(by), uint128(1000 + ++issued), 4);
        requests.push(request);
        if (anchoring % 3 == 0) anchored(request);
    }

    function report(uint256 pick, uint64 by) external {
        if (requests.length == 0) return;
        Request memory request = requests[pick % requests.length];
        bytes32 batchId = batchIdOf(request);
        vm.prank(operator(member(by)));
        try queries.report(signedRequest(request)) {
            vm.assertTrue(reports[batchId] == IQueryLedger.ReportState.None && member(by) != request.requester);
            reports[batchId] = IQueryLedger.ReportState.Open;
        } catch {}
    }

    function defend(uint256 pick, bool anchorNow) external {
        if (requests.length == 0) return;
        Request memory request = requests[pick % requests.length];
        bytes32 batchId = batchIdOf(request);
        if (anchorNow && proofs[batchId].root == bytes32(0)) anchored(request);
        uint64 reporter = queries.reportOf(request.requester, batchId).reporter;
        try queries.answerReport(request.requester, batchId, proofs[batchId]) {
            vm.assertTrue(reports[batchId] == IQueryLedger.ReportState.Open);
            reports[batchId] = queries.reportOf(request.requester, batchId).state;
            bool needless = reports[batchId] == IQueryLedger.ReportState.Needless;
            penalties[needless ? reporter : request.requester] += NEEDLESS_FEE;
        } catch {}
    }

    function pardon(uint256 pick, bool byVote) external {
        if (requests.length == 0) return;
        Request memory request = requests[pick % requests.length];
        bytes32 batchId = batchIdOf(request);
        IQueryLedger.Report memory entry = queries.reportOf(request.requester, batchId);
        vm.prank(byVote ? address(timelock) : operator(entry.reporter));
        try queries.overturnReport(request.requester, batchId) {
            bool timely = block.timestamp > entry.answerableUntil && block.timestamp <= entry.appealBy;
            usurped = usurped || !byVote || !timely;
            vm.assertTrue(reports[batchId] == IQueryLedger.ReportState.Open);
            reports[batchId] = IQueryLedger.ReportState.Overturned;
        } catch {}
    }

    function close(uint256 pick) external {
        if (requests.length == 0) return;
        Request memory request = requests[pick % requests.length];
        bytes32 batchId = batchIdOf(request);
        uint256 appealBy = queries.reportOf(request.requester, batchId).appealBy;
        try queries.closeReport(request.requester, batchId) {
            usurped = usurped || block.timestamp <= appealBy;
            vm.assertTrue(reports[batchId] == IQueryLedger.ReportState.Open);
            reports[batchId] = IQueryLedger.ReportState.Breached;
            breached(request.requester);
            // At a score of 10,000 a hit costs one and a half of the fee.
            penalties[request.requester] += request.count * (FOUNDERS - 1) * HIT_FEE * 3 / 2;
        } catch {}
    }

    // What the invariants look at.

    /// @dev Open → Answered → Upheld, Dismissed or Lapsed → Settled, and never back.
    function requireForwardOnly() external {
        for (uint256 i = 0; i < cases.length; ++i) {
            (CaseState before, CaseState state) = (seen[cases[i]], audits.caseOf(cases[i]).state);
            if (before == CaseState.Settled) vm.assertTrue(state == CaseState.Settled);
            else vm.assertTrue(state != CaseState.Settled && stage(state) >= stage(before));
            seen[cases[i]] = state;
            bool held = credits.escrowOf(cases[i]).state == ICreditLedger.EscrowState.Held;
            if (audits.caseOf(cases[i]).kind == CaseKind.Dispute) vm.assertTrue(held == (state != CaseState.Settled));
        }
        for (uint256 i = 0; i < requests.length; ++i) {
            bytes32 batchId = batchIdOf(requests[i]);
            vm.assertTrue(queries.reportOf(requests[i].requester, batchId).state == reports[batchId]);
        }
    }

    /// @dev What two of three auditors found at least, unless a vote of the members put another number in its place; as many
    /// as can be found where nobody ruled.
    function requireSupportedCounts() external view {
        for (uint256 i = 0; i < cases.length; ++i) {
            (bytes32 caseId, CaseFile memory file) = (cases[i], audits.caseOf(cases[i]));
            vm.assertTrue(file.found <= file.most);
            if (file.overturned) {
                vm.assertEq(file.found, decreed[caseId]);
                continue;
            }
            uint32[3] memory cast = votes[caseId];
            (uint32 low, uint32 high) = cast[0] < cast[1] ? (cast[0], cast[1]) : (cast[1], cast[0]);
            uint32 middle = cast[2] < low ? low : (cast[2] > high ? high : cast[2]);
            if (middle > 1) vm.assertEq(file.found, middle - 1);
            if (!answered_[caseId]) vm.assertTrue(file.found == 0 || block.timestamp > file.answerBy);
        }
    }

    function requireEffectsOfWhatHasEnded() external view {
        for (uint64 i = 1; i <= FOUNDERS; ++i) {
            requireBreaches(i, breaches[i]);
            vm.assertEq(credits.balanceOf(i), int256(GRANT) - int256(penalties[i]) + escrowed[i]);
        }
    }

    function requireConservation() external view {
        int256 sum = int256(credits.totals().escrowed);
        for (uint64 i = 1; i <= FOUNDERS; ++i) {
            sum += credits.balanceOf(i);
        }
        vm.assertEq(sum, int256(FOUNDERS * GRANT) - int256(credits.totals().penalties));
    }

    function opened(bytes32 caseId) private {
        vm.assertFalse(known[caseId]);
        known[caseId] = true;
        cases.push(caseId);
        seen[caseId] = CaseState.Open;
    }

    function breached(uint64 memberId) private {
        ++breaches[memberId];
        penalties[memberId] += BREACH_PENALTY;
    }

    function anchored(Request memory request) private {
        bytes32 batchId = batchIdOf(request);
        (bytes32[] memory batches, uint32[] memory counts) = (new bytes32[](1), new uint32[](1));
        (batches[0], counts[0]) = (batchId, request.count);
        (bytes32 root, uint64 elements) = summed(batches, counts);
        vm.prank(operator(request.requester));
        try queries.anchor(root, 1, elements) {
            proofs[batchId].root = root;
        } catch {}
    }

    function member(uint64 pick) private pure returns (uint64) {
        return 1 + pick % FOUNDERS;
    }

    function stage(CaseState state) private pure returns (uint256) {
        if (state == CaseState.Open) return 0;
        return state == CaseState.Answered ? 1 : 2;
    }
}

contract CaseInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Courtroom private court;

    function setUp() public {
        court = new Courtroom();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(court);
        list[0].selectors = new bytes4[](14);
        list[0].selectors[0] = Courtroom.pass.selector;
        list[0].selectors[1] = Courtroom.accuse.selector;
        list[0].selectors[2] = Courtroom.dispute.selector;
        list[0].selectors[3] = Courtroom.proveHeads.selector;
        list[0].selectors[4] = Courtroom.proveNonce.selector;
        list[0].selectors[5] = Courtroom.reply.selector;
        list[0].selectors[6] = Courtroom.judge.selector;
        list[0].selectors[7] = Courtroom.appeal.selector;
        list[0].selectors[8] = Courtroom.settle.selector;
        list[0].selectors[9] = Courtroom.ask.selector;
        list[0].selectors[10] = Courtroom.report.selector;
        list[0].selectors[11] = Courtroom.defend.selector;
        list[0].selectors[12] = Courtroom.close.selector;
        list[0].selectors[13] = Courtroom.pardon.selector;
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(court);
    }

    function invariant_cases_disputes_and_reports__never_leave_a_final_state_nor_go_back() public {
        court.requireForwardOnly();
    }

    function invariant_breaches_penalties_and_escrow__follow_from_what_was_settled_alone() public view {
        court.requireEffectsOfWhatHasEnded();
    }

    function invariant_counts__are_what_a_quorum_found_at_least() public view {
        court.requireSupportedCounts();
    }

    function invariant_balances_and_escrow__are_grants_less_penalties() public view {
        court.requireConservation();
    }

    function invariant_steps_of_a_case_or_report__are_taken_by_whom_they_belong_to_and_in_time() public view {
        vm.assertFalse(court.usurped());
    }
}
