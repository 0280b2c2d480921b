// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {CaseKind} from "../../contracts/types/Audits.sol";
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
