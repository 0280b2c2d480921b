// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {CaseKind} from "../../contracts/types/Audits.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Disputes over disclosures, and openings of batches that a draw falls on.
contract AuditDisputesTest is AuditWorld {
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

    function test_dispute__decided_or_not__the_holder_is_paid_for_a_hit_at_most_once() public {
        bytes32 caseId = disputed(1, 2, 300);
        redeemed(paymentOf(1, 2, 300)); // the voucher that came with the claim
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        answered(caseId, 2);
        uint256 snapshot = vm.snapshotState();
        ruled(caseId, false);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 300);
        expectNothingDue();
        vm.assertTrue(vm.revertToState(snapshot));
        ruled(caseId, true);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        expectNothingDue();
        vm.assertTrue(vm.revertToState(snapshot));
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        vm.expectEmit(address(credits));
        emit ICreditLedger.GivenBack(caseId, 300);
        audits.settle(caseId);
        redeemed(paymentOf(1, 2, 300)); // nobody said that it is not owed
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 300);
    }

    function test_dispute__over_more_than_a_batch_can_cost__refused() public {
        uint256 max = 1000 * (HIT_FEE * 3 / 2);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.DisputeTooLarge.selector, max + 1, max));
        disputed(1, 2, max + 1);
        disputed(1, 2, max);
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

    /// @dev The same voucher again moves nothing.
    function expectNothingDue() private {
        (int256 requester, int256 holder) = (credits.balanceOf(1), credits.balanceOf(2));
        Voucher memory voucher = paymentOf(1, 2, 300);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(1)));
        vm.prank(operator(2));
        try credits.redeem(vouchers, signatures) {} catch {}
        vm.assertEq(credits.balanceOf(1), requester);
        vm.assertEq(credits.balanceOf(2), holder);
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

    function refusedToOpen(uint64 epoch, bytes32 batchId, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(auditor(1));
        audits.openDrawn(epoch, 2, batchId);
    }
}
