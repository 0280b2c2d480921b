// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {CaseFile, CaseKind, CaseState, SignedHead} from "../../contracts/types/Audits.sol";
import {BreachKinds} from "../../contracts/types/Breaches.sol";
import {ReplyHead} from "../../contracts/types/Messages.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Cases from accusation to settlement, of every kind and every end.
contract AuditLedgerTest is AuditWorld {
    bytes32 private constant ROOT = keccak256("root");

    function test_cause__opened_by_a_member__emits_and_waits_for_the_accused() public {
        bytes32 caseId = keccak256(abi.encode(CaseKind.Cause, operator(1), uint64(2), EVIDENCE));
        uint64 answerBy = uint64(block.timestamp + ANSWER_WINDOW);
        uint64 decideBy = uint64(answerBy + RULING_WINDOW);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOpened(caseId, CaseKind.Cause, 2, 1, EVIDENCE, answerBy, decideBy, uint64(APPEAL_WINDOW));
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
        emit IAuditLedger.VerdictCast(caseId, auditor(1), true, DIGEST);
        voted(caseId, 1, true);
        voted(caseId, 3, false);
        requireState(caseId, CaseState.Answered);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseRuled(caseId, true);
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
        vm.assertEq(credits.balanceOf(2), before - int256(BREACH_PENALTY));
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
        emit IAuditLedger.CaseOverturned(caseId, false);
        overturned(caseId);
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
        overturned(caseId);
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
        overturned(caseId);
        answered(caseId, 2);
        ruled(caseId, false);
        vm.expectEmit(address(audits));
        emit IAuditLedger.CaseOverturned(caseId, true);
        overturned(caseId);
        vm.assertTrue(audits.caseOf(caseId).overturned);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.AlreadyOverturned.selector, caseId));
        overturned(caseId);
        audits.settle(caseId);
        requireBreaches(2, 1);

        caseId = forCause(3, 2);
        answered(caseId, 2);
        ruled(caseId, false);
        uint256 appealBy = audits.caseOf(caseId).appealBy;
        vm.warp(appealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooLate.selector, appealBy + 1, appealBy));
        overturned(caseId);
    }

    function test_dispute__lost_by_the_holder__gives_the_money_back() public {
        vm.expectEmit(address(audits));
        emit IAuditLedger.Disputed(
            keccak256(abi.encode(CaseKind.Dispute, uint64(1), uint64(2), keccak256("claim"))), keccak256("reply"), 300
        );
        bytes32 caseId = disputed(1, 2, 300);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 300);
        answered(caseId, 2);
        ruled(caseId, true);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(BREACH_PENALTY));
        requireBreaches(2, 1);
    }

    function test_dispute__won_by_the_holder__pays_it() public {
        bytes32 caseId = disputed(1, 2, 300);
        answered(caseId, 2);
        ruled(caseId, false);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 300);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 300);
        requireBreaches(2, 0);
    }

    function test_dispute__undecided__gives_the_money_back_and_blames_nobody() public {
        bytes32 caseId = disputed(1, 2, 300);
        answered(caseId, 2);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        requireBreaches(2, 0);
    }

    function test_dispute__by_nobody_without_digests_or_with_oneself__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotEntitled.selector, address(this)));
        audits.openDispute(2, DIGEST, DIGEST, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EmptyDigest.selector));
        vm.prank(operator(1));
        audits.openDispute(2, bytes32(0), DIGEST, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EmptyDigest.selector));
        vm.prank(operator(1));
        audits.openDispute(2, DIGEST, bytes32(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.OwnAccuser.selector, uint64(1)));
        disputed(1, 1, 1);
    }

    function test_drawn__a_batch_that_the_draw_falls_on__is_opened_and_missing_openings_breach() public {
        bytes32 batchId = sampledBatch(true);
        vm.prank(auditor(1));
        bytes32 caseId = audits.openDrawn(1, 2, batchId);
        vm.assertEq(uint256(audits.caseOf(caseId).kind), uint256(CaseKind.Drawn));
        vm.warp(audits.caseOf(caseId).appealBy + audits.caseOf(caseId).answerBy + APPEAL_WINDOW + 1);
        audits.settle(caseId);
        requireBreaches(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.CaseAlreadyOpened.selector, caseId));
        vm.prank(auditor(1));
        audits.openDrawn(1, 2, batchId);
    }

    function test_drawn__a_batch_that_it_does_not_fall_on__refused() public {
        bytes32 batchId = sampledBatch(false);
        refusedToOpen(
            1, batchId, abi.encodeWithSelector(IAuditLedger.NotSampled.selector, uint64(1), uint64(2), batchId)
        );
    }

    function test_drawn__of_no_draw_no_batch_or_another_epoch__refused() public {
        bytes32 batchId = sampledBatch(true);
        refusedToOpen(2, batchId, abi.encodeWithSelector(IAuditLedger.NotDrawn.selector, uint64(2)));
        refusedToOpen(
            1, DIGEST, abi.encodeWithSelector(IAuditLedger.BatchNotOfEpoch.selector, uint64(1), uint64(2), DIGEST)
        );
        committed(2, DIGEST);
        refusedToOpen(
            1, DIGEST, abi.encodeWithSelector(IAuditLedger.BatchNotOfEpoch.selector, uint64(1), uint64(2), DIGEST)
        );
    }

    function test_drawn__of_what_daemons_have_forgotten__refused() public {
        bytes32 batchId = sampledBatch(true);
        uint256 deadline = queries.commitmentOf(2, batchId).deadline;
        vm.warp(deadline + RETENTION + 1);
        refusedToOpen(1, batchId, abi.encodeWithSelector(IAuditLedger.BeyondRetention.selector, deadline, deadline + 1));
        vm.warp(deadline + RETENTION);
        vm.prank(auditor(1));
        audits.openDrawn(1, 2, batchId);
    }

    function test_contradiction__two_heads_of_one_sequence__is_proven_by_anyone() public {
        ReplyHead memory other = headOf(2, 7, ROOT);
        other.bits = 5;
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(other));
        vm.assertEq(caseId, keccak256(abi.encode(CaseKind.Contradiction, uint64(2), uint64(7))));
        vm.assertEq(audits.caseOf(caseId).opener, 0);
        settled(caseId);
        requireBreaches(2, 1);
        SignedHead memory again = signed(headOf(2, 7, keccak256("third")));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.CaseAlreadyOpened.selector, caseId));
        audits.proveTwoHeads(again, signed(other));
    }

    function test_contradiction__rebutted_and_not_decided__stands() public {
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(headOf(2, 7, keccak256("other"))));
        answered(caseId, 2);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        requireState(caseId, CaseState.Upheld);
        vm.assertEq(audits.caseOf(caseId).appealBy, audits.caseOf(caseId).decideBy + APPEAL_WINDOW);
        settled(caseId);
        requireBreaches(2, 1);
    }

    function test_contradiction__rebutted_to_the_auditors_satisfaction__is_dismissed() public {
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(headOf(2, 7, keccak256("other"))));
        answered(caseId, 2);
        ruled(caseId, false);
        settled(caseId);
        requireBreaches(2, 0);
    }

    function test_contradiction__heads_that_agree_or_are_about_different_things__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory same = signed(headOf(2, 7, ROOT));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(7)));
        audits.proveTwoHeads(first, same);
        SignedHead[2] memory others = [signed(headOf(2, 8, DIGEST)), signed(headOf(3, 7, DIGEST))];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAuditLedger.NotAboutOneSnapshot.selector,
                    uint64(2),
                    uint64(7),
                    others[i].head.holder,
                    others[i].head.sequence
                )
            );
            audits.proveTwoHeads(first, others[i]);
        }
    }

    function test_contradiction__not_signed_by_the_holder__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory forged = signed(headOf(2, 7, DIGEST), operatorKey(1));
        bytes memory refusal = abi.encodeWithSelector(IAuditLedger.WrongSignature.selector, uint64(2));
        vm.expectRevert(refusal);
        audits.proveTwoHeads(first, forged);
        forged.signature = hex"00";
        vm.expectRevert(refusal);
        audits.proveTwoHeads(first, forged);
        forged.keyVersion = 2;
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.UnknownKeyVersion.selector, uint64(2), uint32(2)));
        audits.proveTwoHeads(first, forged);
    }

    function test_contradiction__signed_under_a_key_since_rotated__counts() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory second = signed(headOf(2, 7, DIGEST));
        rotated(2, 0x99999, 0);
        requireState(audits.proveTwoHeads(first, second), CaseState.Open);
    }

    function test_contradiction__older_than_what_is_kept__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory second = signed(headOf(2, 7, DIGEST));
        uint256 answeredAt = block.timestamp;
        vm.warp(answeredAt + RETENTION + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.BeyondRetention.selector, answeredAt, answeredAt + 1));
        audits.proveTwoHeads(first, second);
        vm.warp(answeredAt + RETENTION);
        audits.proveTwoHeads(first, second);
    }

    function test_contradiction__of_a_head_with_what_was_published__is_proven() public {
        vm.prank(operator(2));
        datasets.publish(7, ROOT, 4, 1, 10);
        SignedHead memory true_ = signed(headOf(2, 7, ROOT));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(7)));
        audits.proveAgainstPublication(true_);
        SignedHead memory unpublished = signed(headOf(2, 8, DIGEST));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(8)));
        audits.proveAgainstPublication(unpublished);
        SignedHead memory false_ = signed(headOf(2, 7, DIGEST));
        requireState(audits.proveAgainstPublication(false_), CaseState.Open);
    }

    function test_settle__in_any_state_that_can_still_change__refused() public {
        bytes32 caseId = forCause(1, 2);
        refusedToSettle(caseId, wrongState(caseId, CaseState.Open));
        refusedToSettle(DIGEST, wrongState(DIGEST, CaseState.None));
        answered(caseId, 2);
        refusedToSettle(caseId, wrongState(caseId, CaseState.Answered));
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
        bytes32 caseId = forCause(1, 2);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        requireBreaches(2, 1);
    }

    function test_draw__any_value__falls_on_a_share_of_batches_and_on_an_element_of_each(bytes32 value, uint32 count)
        public
        pure
    {
        uint256 fallen;
        for (uint256 i = 0; i < 200; ++i) {
            if (Draws.falls(value, 100_000, 1, bytes32(i))) ++fallen;
            vm.assertFalse(Draws.falls(value, 0, 1, bytes32(i)));
            vm.assertTrue(Draws.falls(value, 1_000_000, 1, bytes32(i)));
        }
        vm.assertTrue(fallen > 0 && fallen < 60);
        if (count != 0) vm.assertTrue(Draws.element(value, 1, DIGEST, count) < count);
    }

    function sampledBatch(bool sampled) private returns (bytes32 batchId) {
        seedCommitted(1, 1);
        vm.warp(START + EPOCH + 60);
        for (uint256 i = 1; i < 400; ++i) {
            committed(2, bytes32(i));
        }
        vm.warp(START + 2 * EPOCH);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        audits.draw(1);
        bytes32 value = audits.drawOf(1).value;
        for (uint256 i = 1; i < 400; ++i) {
            if (Draws.falls(value, SAMPLE_PPM, 2, bytes32(i)) == sampled) return bytes32(i);
        }
        revert("no such batch among 399");
    }

    function settled(bytes32 caseId) private {
        CaseFile memory file = audits.caseOf(caseId);
        uint256 end = file.appealBy != 0 ? file.appealBy : file.answerBy + APPEAL_WINDOW;
        if (block.timestamp <= end) vm.warp(end + 1);
        audits.settle(caseId);
    }

    function overturned(bytes32 caseId) private {
        decided();
        audits.overturn(caseId);
    }

    function refusedToSettle(bytes32 caseId, bytes memory refusal) private {
        vm.expectRevert(refusal);
        audits.settle(caseId);
    }

    function refusedToOpen(uint64 epoch, bytes32 batchId, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(auditor(1));
        audits.openDrawn(epoch, 2, batchId);
    }

    function requireFinal(bytes32 caseId) private {
        bytes memory refusal = wrongState(caseId, CaseState.Settled);
        refusedToSettle(caseId, refusal);
        vm.expectRevert(refusal);
        answered(caseId, 2);
        vm.expectRevert(refusal);
        voted(caseId, 3, true);
        vm.expectRevert(refusal);
        overturned(caseId);
    }

    function requireBreaches(uint64 memberId, uint256 count) private view {
        (uint64 recorded,) = quality.breachesOf(memberId);
        vm.assertEq(recorded, count);
    }

    function wrongState(bytes32 caseId, CaseState state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAuditLedger.WrongState.selector, caseId, state);
    }
}
