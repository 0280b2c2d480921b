// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {CaseFile, CaseKind, CaseState} from "../../contracts/types/Audits.sol";
import {BreachKinds} from "../../contracts/types/Breaches.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Cases for cause from accusation to settlement, and what holds of cases of every kind.
contract AuditLedgerTest is AuditWorld {
    function test_cause__opened_by_a_member__emits_and_waits_for_the_accused() public {
        bytes32 caseId = keccak256(abi.encode(CaseKind.Cause, operator(1), uint64(2), EVIDENCE));
        uint64 answerBy = uint64(block.timestamp + ANSWER_WINDOW);
        uint64 decideBy = uint64(answerBy + RULING_WINDOW);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOpened(
            caseId, CaseKind.Cause, 2, 1, EVIDENCE, answerBy, decideBy, uint64(APPEAL_WINDOW), 2_000
        );
        vm.assertEq(forCause(1, 2), caseId);
        CaseFile memory file = audits.caseOf(caseId);
        vm.assertEq(uint256(file.kind), uint256(CaseKind.Cause));
        vm.assertEq(file.opener, 1);
        vm.assertEq(file.accused, 2);
        vm.assertEq(file.answerBy, answerBy);
        vm.assertEq(file.decideBy, decideBy);
        vm.assertEq(file.appealBy, 0);
        requireState(caseId, CaseState.Open);
        requireState(DIGEST, CaseState.None);
    }

    function test_cause__upheld_by_a_quorum__breaches_and_costs_only_once_it_is_settled() public {
        bytes32 caseId = forCause(1, 2);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseAnswered(caseId, DIGEST);
        answered(caseId, 2);
        requireState(caseId, CaseState.Answered);
        vm.expectEmit(address(audits));
        emit IAuditLedger.VerdictCast(caseId, auditor(1), 1, DIGEST);
        voted(caseId, 1, true);
        voted(caseId, 3, false);
        requireState(caseId, CaseState.Answered);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseRuled(caseId, 1);
        voted(caseId, 2, true);
        requireState(caseId, CaseState.Upheld);
        uint256 appealBy = block.timestamp + APPEAL_WINDOW;
        vm.assertEq(audits.caseOf(caseId).appealBy, appealBy);
        vm.warp(appealBy);
        refusedToSettle(caseId, abi.encodeWithSelector(IAuditLedger.TooEarly.selector, appealBy, appealBy));
        vm.warp(appealBy + 1);
        int256 before = credits.balanceOf(2);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseSettled(caseId, CaseState.Upheld);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Breached(2, BreachKinds.AUDIT_FOR_CAUSE, caseId, parameters.currentEpoch());
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(2), before - int256(BREACH_PENALTY + UNCLAIMED_HIT_PENALTY));
        requireState(caseId, CaseState.Settled);
        requireFinal(caseId);
    }

    function test_cause__dismissed__costs_the_member_that_opened_it() public {
        bytes32 caseId = forCause(1, 2);
        answered(caseId, 2);
        ruled(caseId, false);
        requireState(caseId, CaseState.Dismissed);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT - NEEDLESS_FEE));
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        requireBreaches(2, 0);
    }

    function test_cause__opened_by_an_auditor_and_dismissed__costs_nobody() public {
        vm.prank(auditor(1));
        bytes32 caseId = audits.openForCause(2, EVIDENCE);
        answered(caseId, 2);
        ruled(caseId, false);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1) + credits.balanceOf(2) + credits.balanceOf(3), int256(3 * GRANT));
    }

    function test_case__not_answered_in_time__is_lost_and_can_be_appealed_against() public {
        bytes32 caseId = forCause(1, 2);
        vm.warp(audits.caseOf(caseId).answerBy);
        requireState(caseId, CaseState.Open);
        vm.warp(block.timestamp + 1);
        requireState(caseId, CaseState.Upheld);
        vm.assertEq(audits.caseOf(caseId).appealBy, audits.caseOf(caseId).answerBy + APPEAL_WINDOW);
        vm.expectRevert(wrongState(caseId, CaseState.Upheld));
        answered(caseId, 2);
        vm.expectRevert(wrongState(caseId, CaseState.Upheld));
        voted(caseId, 1, false);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOverturned(caseId, 0);
        overturned(caseId, 0);
        requireState(caseId, CaseState.Dismissed);
        audits.settle(caseId); // nothing can change it any more, so nobody waits
        requireBreaches(2, 0);
    }

    function test_case__not_decided_in_time__lapses_without_effect() public {
        bytes32 caseId = forCause(1, 2);
        answered(caseId, 2);
        voted(caseId, 1, true);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        requireState(caseId, CaseState.Lapsed);
        vm.expectRevert(wrongState(caseId, CaseState.Lapsed));
        voted(caseId, 2, true);
        vm.expectRevert(wrongState(caseId, CaseState.Lapsed));
        overturned(caseId, 0);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseSettled(caseId, CaseState.Lapsed);
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        requireBreaches(2, 0);
        requireFinal(caseId);
    }

    function test_verdicts__of_auditors_that_were_dismissed__do_not_count() public {
        bytes32 caseId = forCause(1, 2);
        answered(caseId, 2);
        voted(caseId, 1, true);
        decided();
        audits.dismiss(auditor(1));
        voted(caseId, 2, true);
        requireState(caseId, CaseState.Answered); // one of two is not more than half
        voted(caseId, 3, true);
        requireState(caseId, CaseState.Upheld);
    }

    function test_verdict__twice_or_before_the_answer__refused() public {
        bytes32 caseId = forCause(1, 2);
        vm.expectRevert(wrongState(caseId, CaseState.Open));
        voted(caseId, 1, true);
        answered(caseId, 2);
        voted(caseId, 1, true);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.AlreadyVoted.selector, caseId, auditor(1)));
        voted(caseId, 1, false);
    }

    function test_answer__of_another_or_empty_or_twice__refused() public {
        bytes32 caseId = forCause(1, 2);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotTheAccused.selector, caseId, uint64(3)));
        answered(caseId, 3);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotTheAccused.selector, caseId, uint64(0)));
        audits.answer(caseId, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EmptyDigest.selector));
        vm.prank(operator(2));
        audits.answer(caseId, bytes32(0));
        answered(caseId, 2);
        vm.expectRevert(wrongState(caseId, CaseState.Answered));
        answered(caseId, 2);
    }

    function test_answer__of_a_suspended_member__is_taken() public {
        bytes32 caseId = forCause(1, 2);
        suspended(2);
        answered(caseId, 2);
        requireState(caseId, CaseState.Answered);
    }

    function test_cause__against_oneself_nobody_twice_or_without_evidence__refused() public {
        forCause(1, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAuditLedger.CaseAlreadyOpened.selector,
                keccak256(abi.encode(CaseKind.Cause, operator(1), uint64(2), EVIDENCE))
            )
        );
        forCause(1, 2);
        forCause(3, 2); // nobody takes another's accusation away by being first
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.OwnAccuser.selector, uint64(1)));
        forCause(1, 1);
        uint64[2] memory nobody = [uint64(0), 9];
        for (uint256 i = 0; i < nobody.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoSuchMember.selector, nobody[i]));
            forCause(1, nobody[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EmptyDigest.selector));
        vm.prank(operator(1));
        audits.openForCause(2, bytes32(0));
    }

    function test_cause__against_the_newest_member__is_opened() public {
        uint64 newest = uint64(registry.memberCount());
        requireState(forCause(1, newest), CaseState.Open);
    }

    function test_cause__by_whoever_is_neither_in_standing_nor_an_auditor__refused() public {
        suspended(3);
        address[3] memory callers = [address(this), governance(1), operator(3)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotEntitled.selector, callers[i]));
            vm.prank(callers[i]);
            audits.openForCause(2, EVIDENCE);
        }
    }

    function test_overturn__a_ruling__turns_it_once_and_within_its_window() public {
        bytes32 caseId = forCause(1, 2);
        vm.expectRevert(wrongState(caseId, CaseState.Open));
        overturned(caseId, 1);
        answered(caseId, 2);
        ruled(caseId, false);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOverturned(caseId, 1);
        overturned(caseId, 1);
        vm.assertTrue(audits.caseOf(caseId).overturned);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.AlreadyOverturned.selector, caseId));
        overturned(caseId, 0);
        audits.settle(caseId);
        requireBreaches(2, 1);

        caseId = forCause(3, 2);
        answered(caseId, 2);
        ruled(caseId, false);
        uint256 appealBy = audits.caseOf(caseId).appealBy;
        vm.warp(appealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooLate.selector, appealBy + 1, appealBy));
        overturned(caseId, 1);
    }

    function test_settle__in_any_state_that_can_still_change__refused() public {
        bytes32 caseId = forCause(1, 2);
        refusedToSettle(caseId, wrongState(caseId, CaseState.Open));
        refusedToSettle(DIGEST, wrongState(DIGEST, CaseState.None));
        answered(caseId, 2);
        refusedToSettle(caseId, wrongState(caseId, CaseState.Answered));
    }

    /// @dev Of one fault, so that no vote to come holds the settlement up: its window to appeal alone does.
    function test_settle__a_ruling_that_can_still_be_appealed_against__refused() public {
        bool[2] memory rulings = [true, false];
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < rulings.length; ++i) {
            bytes32 caseId = disputed(1, 2, 0);
            answered(caseId, 2);
            ruled(caseId, rulings[i]);
            uint256 appealBy = audits.caseOf(caseId).appealBy;
            vm.warp(appealBy);
            refusedToSettle(caseId, abi.encodeWithSelector(IAuditLedger.TooEarly.selector, appealBy, appealBy));
            vm.warp(appealBy + 1);
            audits.settle(caseId);
            vm.assertTrue(vm.revertToState(before));
        }
    }

    function test_windows__changed_by_a_vote__move_no_deadline_of_an_open_case() public {
        bytes32 caseId = forCause(1, 2);
        uint64 answerBy = audits.caseOf(caseId).answerBy;
        decided();
        parameters.set(keccak256("answer_window_s"), 1 hours);
        vm.assertEq(audits.caseOf(caseId).answerBy, answerBy);
    }

    function test_penalties__of_zero__take_nothing() public {
        decided();
        parameters.set(keccak256("breach_penalty"), 0);
        decided();
        parameters.set(keccak256("unclaimed_hit_penalty"), 0);
        bytes32 caseId = forCause(1, 2);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        requireBreaches(2, 1);
    }
}
