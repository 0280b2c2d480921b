// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {CaseFile, CaseState} from "../../contracts/types/Audits.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev How many faults a case stands for, and what they cost.
contract CountedVerdictsTest is AuditWorld {
    uint32 private constant MOST = 2_000; // elements of the largest batch, at two other members

    function test_count__is_what_more_than_half_found_at_least() public {
        requireRuled([uint32(3), 5, 9], 5);
        requireRuled([uint32(9), 3, 5], 5);
        requireRuled([uint32(4), 4, 4], 4);
        requireRuled([uint32(0), 7, 6], 6);
        requireRuled([uint32(7), 0, 0], 0);
    }

    function test_count__raised_by_one_lying_auditor__is_what_the_others_found() public {
        requireRuled([MOST, 5, 5], 5);
    }

    function test_count__lowered_by_one_quick_lying_auditor__is_what_the_others_found() public {
        bytes32 caseId = heard();
        voted(caseId, 1, uint32(1));
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseRuled(caseId, 1);
        voted(caseId, 2, uint32(50));
        requireState(caseId, CaseState.Upheld);
        uint256 ruledAt = block.timestamp;
        vm.warp(ruledAt + 1 hours);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseRuled(caseId, 50);
        voted(caseId, 3, uint32(50));
        CaseFile memory file = audits.caseOf(caseId);
        vm.assertEq(file.found, 50);
        vm.assertEq(file.appealBy, ruledAt + 1 hours + APPEAL_WINDOW); // as long as ever against what it is now
    }

    function testFuzz_count__whatever_three_auditors_find__is_the_second_largest(uint32[3] memory found) public {
        for (uint256 i = 0; i < 3; ++i) {
            found[i] %= MOST + 1;
        }
        (uint32 low, uint32 high) = found[0] < found[1] ? (found[0], found[1]) : (found[1], found[0]);
        uint32 middle = found[2] < low ? low : (found[2] > high ? high : found[2]);
        requireRuled(found, middle);
    }

    function test_case__upheld_for_less_than_it_can_be_about__is_not_settled_while_auditors_may_find_more() public {
        decided();
        parameters.set(keccak256("appeal_window_s"), 0);
        bytes32 caseId = heard();
        ruled(caseId, true);
        uint256 decideBy = audits.caseOf(caseId).decideBy;
        vm.warp(decideBy);
        refusedToSettle(caseId, abi.encodeWithSelector(IAuditLedger.TooEarly.selector, decideBy, decideBy));
        vm.warp(decideBy + 1);
        vm.expectRevert(wrongState(caseId, CaseState.Upheld));
        voted(caseId, 3, uint32(9));
        audits.settle(caseId);
    }

    function test_case__dismissed_or_of_one_fault__takes_no_verdict_more() public {
        bytes32 caseId = heard();
        ruled(caseId, false);
        vm.expectRevert(wrongState(caseId, CaseState.Dismissed));
        voted(caseId, 3, uint32(9));
        caseId = disputed(1, 2, 0);
        answered(caseId, 2);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooManyFound.selector, caseId, 2, 1));
        voted(caseId, 1, uint32(2));
        ruled(caseId, true);
        vm.expectRevert(wrongState(caseId, CaseState.Upheld));
        voted(caseId, 3, true);
        vm.warp(audits.caseOf(caseId).appealBy + 1);
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT - BREACH_PENALTY));
    }

    function test_count__beyond_what_a_case_can_be_about__refused() public {
        requireRuled([MOST, MOST, 0], MOST);
        bytes32 caseId = heard();
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooManyFound.selector, caseId, MOST + 1, MOST));
        voted(caseId, 1, MOST + 1);
    }

    function test_drawn_batch__is_about_its_elements_at_each_other_member() public {
        bytes32 caseId = drawn(10);
        vm.assertEq(audits.caseOf(caseId).most, 20);
    }

    function test_silence__costs_as_much_as_all_that_could_be_found() public {
        bytes32 caseId = drawn(10);
        vm.assertEq(audits.caseOf(caseId).found, 0);
        vm.warp(audits.caseOf(caseId).answerBy + 1);
        vm.assertEq(audits.caseOf(caseId).found, 20);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(BREACH_PENALTY + 20 * UNCLAIMED_HIT_PENALTY));
        vm.assertEq(audits.caseOf(caseId).found, 20);
        requireBreaches(2, 1);
    }

    function test_drawn_batch__upheld__costs_each_hit_and_leaves_a_debt_where_the_balance_ends() public {
        bytes32 caseId = drawn(1_000);
        answered(caseId, 2);
        voted(caseId, 1, uint32(500));
        voted(caseId, 3, uint32(500));
        settled(caseId);
        int256 balance = int256(GRANT) - int256(BREACH_PENALTY + 500 * UNCLAIMED_HIT_PENALTY);
        vm.assertEq(credits.balanceOf(2), balance);
        vm.assertTrue(balance < -int256(FLOOR));
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(DIGEST, 1, uint64(block.timestamp + 600));
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NegativeBalance.selector, uint64(2), balance));
        vm.prank(operator(2));
        queries.commit(list);
        credits.claimAllowance(2);
        vm.assertEq(credits.balanceOf(2), balance + int256(ENTITLEMENT_FLOOR * ALLOWANCE_RATE / 1_000));
    }

    function test_overturn__names_what_the_case_comes_to_instead() public {
        bytes32 caseId = drawn(10);
        vm.warp(audits.caseOf(caseId).answerBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NothingOverturned.selector, caseId, uint32(20)));
        overturned(caseId, 20);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooManyFound.selector, caseId, 21, 20));
        overturned(caseId, 21);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOverturned(caseId, 2);
        overturned(caseId, 2);
        requireState(caseId, CaseState.Upheld);
        vm.expectRevert(wrongState(caseId, CaseState.Upheld));
        voted(caseId, 1, uint32(9));
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(BREACH_PENALTY + 2 * UNCLAIMED_HIT_PENALTY));
    }

    function test_penalty__of_the_most_there_can_be_at_the_greatest_price__is_taken() public {
        decided();
        parameters.set(keccak256("unclaimed_hit_penalty"), 2 ** 48);
        decided();
        parameters.set(keccak256("breach_penalty"), 2 ** 64);
        bytes32 caseId = forCause(1, 2);
        vm.warp(audits.caseOf(caseId).answerBy + 1);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(2 ** 64 + uint256(MOST) * 2 ** 48));
    }

    function requireRuled(uint32[3] memory found, uint32 expected) private {
        uint256 before = vm.snapshotState();
        bytes32 caseId = heard();
        for (uint256 i = 0; i < 3; ++i) {
            // Two that find nothing, or all there can be, leave nothing to vote on.
            CaseFile memory file = audits.caseOf(caseId);
            if (file.state == CaseState.Dismissed || file.found == MOST) break;
            voted(caseId, i + 1, found[i]);
        }
        vm.assertEq(audits.caseOf(caseId).found, expected);
        requireState(caseId, expected > 0 ? CaseState.Upheld : CaseState.Dismissed);
        vm.assertTrue(vm.revertToState(before));
    }

    function heard() private returns (bytes32 caseId) {
        caseId = forCause(1, 2);
        answered(caseId, 2);
    }

    /// @dev The audit of a batch of member 2 that the draw fell on.
    function drawn(uint32 elements) private returns (bytes32 caseId) {
        decided();
        parameters.set(keccak256("audit_sample_ppm"), 1_000_000);
        seedCommitted(1, 1);
        vm.warp(START + EPOCH);
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(DIGEST, elements, uint64(START + EPOCH + 600));
        vm.prank(operator(2));
        queries.commit(list);
        vm.warp(START + 2 * EPOCH);
        vm.roll(block.number + 10);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        audits.draw(1);
        vm.prank(auditor(1));
        return audits.openDrawn(1, 2, DIGEST);
    }
}
