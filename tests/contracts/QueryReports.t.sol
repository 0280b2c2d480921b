// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof, AnchorSibling} from "../../contracts/types/Anchors.sol";
import {BreachKinds} from "../../contracts/types/Breaches.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Anchoring} from "./Anchoring.sol";
import {vm} from "./Vm.sol";

/// @dev Member 1 asks, member 2 holds its signed requests, member 3 looks on.
contract QueryReportsTest is Anchoring {
    bytes32 private constant ROOT = keccak256("root");
    /// @dev At a score of 10,000: one and a half of the fee.
    uint256 private constant DEAREST_HIT = 30;

    function setUp() public override {
        super.setUp();
        queries.openBudget(1); // once for ever; in the epoch of the tests it is not open
        vm.warp(block.timestamp + EPOCH);
    }

    function test_report__of_an_unanchored_request__is_a_breach_when_nobody_answers() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        uint64 until = uint64(block.timestamp + REPORT_ANSWER);
        uint64 appealBy = until + uint64(APPEAL_WINDOW);
        vm.expectEmit(address(queries));
        emit IQueryLedger.Reported(1, batchId, 2, 12, until, appealBy);
        reported(2, request);
        expectState(batchId, IQueryLedger.ReportState.Open);
        vm.warp(appealBy);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AppealStillOpen.selector, batchId, appealBy, appealBy));
        queries.closeReport(1, batchId);
        vm.warp(appealBy + 1);
        vm.expectEmit(address(queries));
        emit IQueryLedger.ReportClosed(1, batchId, IQueryLedger.ReportState.Breached);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Breached(1, BreachKinds.UNANSWERED_REPORT, batchId, 5);
        queries.closeReport(1, batchId);
        uint256 hits = 12 * (uint256(registry.memberCount()) - 1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(BREACH_PENALTY + hits * DEAREST_HIT));
        expectFinal(batchId, IQueryLedger.ReportState.Breached);
    }

    function test_report__of_a_batch_that_was_all_hits__costs_more_than_claiming_them() public {
        uint256 others = uint256(registry.memberCount()) - 1;
        for (uint32 count = 1; count <= 100; count = count * 10) {
            Request memory request = express(1, 7 + count, count);
            int256 before = credits.balanceOf(1);
            vm.warp(block.timestamp + ANCHOR_WINDOW);
            reported(2, request);
            vm.warp(block.timestamp + REPORT_ANSWER + APPEAL_WINDOW + 1);
            queries.closeReport(1, batchIdOf(request));
            vm.assertTrue(before - credits.balanceOf(1) > int256(count * others * DEAREST_HIT));
        }
    }

    function test_report__of_a_batch_anchored_before__costs_its_reporter() public {
        Request memory request = express(1, 7, 12);
        AnchorProof memory proof = anchoredWith(request, 5, 2);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        bytes32 batchId = batchIdOf(request);
        vm.expectEmit(address(queries));
        emit IQueryLedger.ReportClosed(1, batchId, IQueryLedger.ReportState.Needless);
        vm.prank(address(0xCAFE));
        queries.answerReport(1, batchId, proof);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(NEEDLESS_FEE));
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        expectFinal(batchId, IQueryLedger.ReportState.Needless);
    }

    function test_report__of_a_batch_anchored_only_after_it__costs_the_requester_the_fee() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        vm.warp(block.timestamp + 5);
        queries.answerReport(1, batchId, anchoredWith(request, 1, 0));
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(NEEDLESS_FEE));
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
        expectFinal(batchId, IQueryLedger.ReportState.AnsweredLate);
    }

    function test_report__answered_too_late_or_from_another_anchor__stays_open() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        AnchorProof memory proof = anchoredWith(request, 4, 1);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.NotInAnchor.selector, uint64(1), proof.root, batchId);
        proof.index = 2;
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, proof);
        proof.index = 1;
        proof.siblings[0].elements += 1;
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, proof);
        proof.siblings[0].elements -= 1;
        bytes32 root = proof.root;
        proof.root = keccak256("none");
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NotInAnchor.selector, uint64(1), proof.root, batchId));
        queries.answerReport(1, batchId, proof);
        proof.root = root;
        uint256 until = block.timestamp + REPORT_ANSWER;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AnswerTooLate.selector, batchId, until + 1, until));
        queries.answerReport(1, batchId, proof);
        expectState(batchId, IQueryLedger.ReportState.Open);
    }

    function test_report__too_early_or_beyond_retention__refused() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        uint256 issued = block.timestamp;
        vm.warp(issued + ANCHOR_WINDOW - 1);
        expectReportRefused(
            2,
            signedRequest(request),
            abi.encodeWithSelector(
                IQueryLedger.ReportTooEarly.selector, batchId, block.timestamp, issued + ANCHOR_WINDOW
            )
        );
        vm.warp(issued + REPORT_RETENTION + 1);
        expectReportRefused(
            2,
            signedRequest(request),
            abi.encodeWithSelector(
                IQueryLedger.BeyondRetention.selector, batchId, block.timestamp, issued + REPORT_RETENTION
            )
        );
        vm.warp(issued + REPORT_RETENTION);
        reported(2, request);
    }

    function test_report__again_or_on_oneself_or_by_a_stranger__refused() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        expectReportRefused(
            1, signedRequest(request), abi.encodeWithSelector(IQueryLedger.ReportOnOneself.selector, uint64(1))
        );
        expectReportRefused(
            9, signedRequest(request), abi.encodeWithSelector(IQueryLedger.NotOperatorInStanding.selector, operator(9))
        );
        reported(2, request);
        expectReportRefused(
            3,
            signedRequest(request),
            abi.encodeWithSelector(
                IQueryLedger.ReportInState.selector, uint64(1), batchId, IQueryLedger.ReportState.Open
            )
        );
    }

    function test_report__of_what_the_requester_did_not_sign__refused() public {
        Request memory request = express(1, 7, 12);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        IQueryLedger.SignedRequest memory signed = signedRequest(request, operatorKey(2));
        bytes memory refusal =
            abi.encodeWithSelector(IQueryLedger.WrongSignature.selector, uint64(1), batchIdOf(request));
        expectReportRefused(2, signed, refusal);
        signed.signature = "";
        expectReportRefused(2, signed, refusal);
        signed.keyVersion = 2;
        expectReportRefused(
            2, signed, abi.encodeWithSelector(IQueryLedger.UnknownKeyVersion.selector, uint64(1), uint32(2))
        );
        request.mode = 1;
        expectReportRefused(
            2,
            signedRequest(request),
            abi.encodeWithSelector(IQueryLedger.NotExpress.selector, batchIdOf(request), uint8(1))
        );
    }

    function test_report__answered_or_closed_without_being_open__refused() public {
        AnchorProof memory proof = anchoredWith(express(1, 7, 12), 1, 0);
        bytes memory refusal = abi.encodeWithSelector(
            IQueryLedger.ReportInState.selector, uint64(1), bytes32(0), IQueryLedger.ReportState.None
        );
        vm.expectRevert(refusal);
        queries.answerReport(1, bytes32(0), proof);
        vm.expectRevert(refusal);
        queries.closeReport(1, bytes32(0));
    }

    function test_penalties__set_to_nothing__leave_the_breach() public {
        closedWithHitsForNothing(0);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        (uint64 count,) = quality.breachesOf(1);
        vm.assertEq(count, 1);
    }

    function test_penalty__of_the_smallest_unit__is_taken() public {
        closedWithHitsForNothing(1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 1);
    }

    function closedWithHitsForNothing(uint256 breachPenalty) private {
        decided();
        parameters.set(keccak256("breach_penalty"), breachPenalty);
        decided();
        parameters.setPrices(1, 0);
        Request memory request = express(1, 7, 12);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        vm.warp(block.timestamp + REPORT_ANSWER + APPEAL_WINDOW + 1);
        queries.closeReport(1, batchIdOf(request));
    }

    function expectReportRefused(uint64 reporter, IQueryLedger.SignedRequest memory signed, bytes memory refusal)
        private
    {
        vm.expectRevert(refusal);
        vm.prank(operator(reporter));
        queries.report(signed);
    }

    function expectFinal(bytes32 batchId, IQueryLedger.ReportState state) private {
        expectState(batchId, state);
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.ReportInState.selector, uint64(1), batchId, state);
        vm.expectRevert(refusal);
        queries.closeReport(1, batchId);
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, AnchorProof(ROOT, 0, new AnchorSibling[](0)));
    }
}
