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

    function test_anchor__of_batches__is_kept_and_emits() public {
        vm.expectEmit(address(queries));
        emit IQueryLedger.Anchored(1, ROOT, 3, 70);
        anchored(1, ROOT, 3, 70);
        IQueryLedger.Anchor memory kept = queries.anchorOf(1, ROOT);
        vm.assertEq(kept.batches, 3);
        vm.assertEq(kept.elements, 70);
        vm.assertEq(kept.anchoredAt, block.timestamp);
        vm.assertEq(queries.anchorOf(2, ROOT).batches, 0);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AnchorAlreadyMade.selector, uint64(1), ROOT));
        anchored(1, ROOT, 3, 70);
    }

    function test_anchor__counts_that_batches_can_not_have__refused() public {
        uint32[3] memory batches = [uint32(0), 0, 3];
        uint64[3] memory elements = [uint64(0), 2, 2];
        for (uint256 i = 0; i < batches.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AnchorOutOfBounds.selector, batches[i], elements[i]));
            anchored(1, ROOT, batches[i], elements[i]);
        }
    }

    function test_anchor__out_of_standing_or_below_zero__refused() public {
        suspended(2);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NotOperatorInStanding.selector, operator(2)));
        anchored(2, ROOT, 1, 1);
        redeemed(paymentOf(1, 3, GRANT + 1));
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NegativeBalance.selector, uint64(1), int256(-1)));
        anchored(1, ROOT, 1, 1);
    }

    function test_budget__committed_and_anchored_elements__end_at_the_limit_of_the_epoch() public {
        expectBudget(0, ENTITLEMENT_FLOOR);
        committed(1, 1000);
        anchored(1, ROOT, 9, 8999);
        expectBudget(9999, ENTITLEMENT_FLOOR);
        expectExceeded(10_001);
        committed(1, 2);
        committed(1, 1);
        expectExceeded(10_001);
        anchored(1, keccak256("next"), 1, 1);
        vm.warp(block.timestamp + EPOCH);
        expectBudget(0, ENTITLEMENT_FLOOR);
        committed(1, 1000);
    }

    function test_budget__opened__is_the_entitlement_once_an_epoch() public {
        redeemed(voucherOf(3, 1, 40, 40, 840));
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(1, 1, 20, 0);
        vm.prank(operator(3));
        quality.rate(ratings);
        vm.warp(block.timestamp + EPOCH);
        committed(1, 1000);
        uint64 entitlement = quality.entitlementOf(1);
        vm.assertTrue(entitlement > ENTITLEMENT_FLOOR);
        vm.expectEmit(address(queries));
        emit IQueryLedger.BudgetOpened(1, 1, entitlement);
        vm.prank(address(0xCAFE));
        queries.openBudget(1);
        expectBudget(1000, entitlement);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.BudgetAlreadyOpen.selector, uint64(1), uint64(1)));
        queries.openBudget(1);
        vm.warp(block.timestamp + EPOCH);
        queries.openBudget(1);
    }

    function test_budget__of_a_member_not_in_standing__is_not_opened() public {
        suspended(2);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NotInStanding.selector, uint64(2)));
        queries.openBudget(2);
    }

    function test_budget__any_commits__never_exceed_the_limit(uint16[12] calldata counts) public {
        uint256 used;
        for (uint256 i = 0; i < counts.length; ++i) {
            uint32 count = 1 + counts[i] % 1000;
            if (used + count > ENTITLEMENT_FLOOR) expectExceeded(used + count);
            else used += count;
            committed(1, count);
        }
        expectBudget(uint64(used), ENTITLEMENT_FLOOR);
    }

    function test_report__of_an_unanchored_request__is_a_breach_when_nobody_answers() public {
        Request memory request = express(1, 7, 12);
        bytes32 batchId = batchIdOf(request);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        uint64 until = uint64(block.timestamp + REPORT_ANSWER);
        vm.expectEmit(address(queries));
        emit IQueryLedger.Reported(1, batchId, 2, 12, until);
        reported(2, request);
        expectState(batchId, IQueryLedger.ReportState.Open);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AnswerStillOpen.selector, batchId, until, until));
        queries.closeReport(1, batchId);
        vm.warp(until + 1);
        vm.expectEmit(address(queries));
        emit IQueryLedger.ReportClosed(1, batchId, IQueryLedger.ReportState.Breached);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Breached(1, BreachKinds.UNANSWERED_REPORT, batchId, 1);
        queries.closeReport(1, batchId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(BREACH_PENALTY));
        expectFinal(batchId, IQueryLedger.ReportState.Breached);
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

    function test_nonce__signed_twice__is_a_breach_once() public {
        IQueryLedger.SignedRequest memory one = signedRequest(express(1, 7, 12));
        IQueryLedger.SignedRequest memory other = signedRequest(express(1, 7, 13));
        vm.expectEmit(address(queries));
        emit IQueryLedger.NonceReuseProven(1, 7, batchIdOf(one.request), batchIdOf(other.request));
        vm.prank(address(0xCAFE));
        queries.proveNonceReuse(one, other);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(BREACH_PENALTY));
        vm.expectRevert(
            abi.encodeWithSelector(
                IQualityLedger.BreachAlreadyRecorded.selector, uint64(1), BreachKinds.NONCE_REUSED, bytes32(uint256(7))
            )
        );
        queries.proveNonceReuse(other, one);
    }

    function test_nonce__of_others_or_the_same_request_or_long_ago__is_none() public {
        IQueryLedger.SignedRequest memory one = signedRequest(express(1, 7, 12));
        IQueryLedger.SignedRequest[3] memory others =
            [one, signedRequest(express(2, 7, 12)), signedRequest(express(1, 8, 12))];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IQueryLedger.NoReuse.selector, batchIdOf(one.request), batchIdOf(others[i].request)
                )
            );
            queries.proveNonceReuse(one, others[i]);
        }
        uint256 until = block.timestamp + REPORT_RETENTION;
        vm.warp(until + 1);
        IQueryLedger.SignedRequest memory late = signedRequest(express(1, 7, 13));
        vm.expectRevert(
            abi.encodeWithSelector(IQueryLedger.BeyondRetention.selector, batchIdOf(one.request), until + 1, until)
        );
        queries.proveNonceReuse(late, one);
    }

    function test_penalties__set_to_nothing__leave_the_breach() public {
        decided();
        parameters.set(keccak256("breach_penalty"), 0);
        queries.proveNonceReuse(signedRequest(express(1, 7, 12)), signedRequest(express(1, 7, 13)));
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        (uint64 count,) = quality.breachesOf(1);
        vm.assertEq(count, 1);
    }

    function test_ledgers__set_by_the_admin_alone__emits() public {
        vm.expectRevert(missingRole(address(this), bytes32(0)));
        queries.setLedgers(credits, quality);
        vm.expectEmit(address(queries));
        emit IQueryLedger.LedgersSet(credits, quality);
        decided();
        queries.setLedgers(credits, quality);
    }

    function test_proofs__of_every_batch_in_anchors_of_any_size__hold_and_no_other(uint32 size, uint32 pick) public {
        size = 1 + size % 33;
        pick = pick % size;
        Request memory request = express(1, 7, 12);
        AnchorProof memory proof = anchoredWith(request, size, pick);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        bytes32 batchId = batchIdOf(request);
        AnchorProof memory longer = AnchorProof(proof.root, pick, new AnchorSibling[](proof.siblings.length + 1));
        for (uint256 i = 0; i < proof.siblings.length; ++i) {
            longer.siblings[i] = proof.siblings[i];
        }
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.NotInAnchor.selector, uint64(1), proof.root, batchId);
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, longer);
        AnchorProof memory beyond = AnchorProof(proof.root, size + pick, proof.siblings);
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, beyond);
        queries.answerReport(1, batchId, proof);
        expectState(batchId, IQueryLedger.ReportState.Needless);
    }

    function test_proof__with_a_sibling_too_few__proves_nothing() public {
        Request memory request = express(1, 7, 12);
        AnchorProof memory proof = anchoredWith(request, 6, 1);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        AnchorProof memory shorter = AnchorProof(proof.root, 1, new AnchorSibling[](proof.siblings.length - 1));
        for (uint256 i = 0; i < shorter.siblings.length; ++i) {
            shorter.siblings[i] = proof.siblings[i];
        }
        vm.expectRevert(
            abi.encodeWithSelector(IQueryLedger.NotInAnchor.selector, uint64(1), proof.root, batchIdOf(request))
        );
        queries.answerReport(1, batchIdOf(request), shorter);
    }

    function test_anchor__that_says_fewer_elements_than_are_under_it__proves_nothing() public {
        Request memory request = express(1, 7, 12);
        (bytes32[] memory batches, uint32[] memory counts) = crowd(request, 6, 3);
        (bytes32 root, uint64 elements) = summed(batches, counts);
        anchored(1, root, 6, elements - 1);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        AnchorProof memory proof = proofOf(batches, counts, 3);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NotInAnchor.selector, uint64(1), root, batchIdOf(request)));
        queries.answerReport(1, batchIdOf(request), proof);
    }

    function anchored(uint64 memberId, bytes32 root, uint32 batches, uint64 elements) private {
        vm.prank(operator(memberId));
        queries.anchor(root, batches, elements);
    }

    /// @dev Anchors a request of member 1 among others, and proves its place.
    function anchoredWith(Request memory request, uint32 size, uint32 index)
        private
        returns (AnchorProof memory proof)
    {
        (bytes32[] memory batches, uint32[] memory counts) = crowd(request, size, index);
        (bytes32 root, uint64 elements) = summed(batches, counts);
        anchored(1, root, size, elements);
        return proofOf(batches, counts, index);
    }

    function crowd(Request memory request, uint32 size, uint32 index)
        private
        view
        returns (bytes32[] memory batches, uint32[] memory counts)
    {
        (batches, counts) = (new bytes32[](size), new uint32[](size));
        for (uint32 i = 0; i < size; ++i) {
            (batches[i], counts[i]) = (keccak256(abi.encode(i)), 1 + i);
        }
        (batches[index], counts[index]) = (batchIdOf(request), request.count);
    }

    function committed(uint64 memberId, uint32 count) private {
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(
            keccak256(abi.encode(count, gasleft(), block.timestamp)), count, uint64(block.timestamp + 60)
        );
        vm.prank(operator(memberId));
        queries.commit(list);
    }

    function reported(uint64 reporter, Request memory request) private {
        IQueryLedger.SignedRequest memory signed = signedRequest(request);
        vm.prank(operator(reporter));
        queries.report(signed);
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

    function expectExceeded(uint256 used) private {
        vm.expectRevert(
            abi.encodeWithSelector(IQueryLedger.EvaluationBudgetExceeded.selector, uint64(1), used, ENTITLEMENT_FLOOR)
        );
    }

    function expectBudget(uint64 used, uint256 limit) private view {
        (uint64 used_, uint64 limit_) = queries.budgetOf(1);
        vm.assertEq(used_, used);
        vm.assertEq(limit_, limit);
    }

    function expectState(bytes32 batchId, IQueryLedger.ReportState state) private view {
        vm.assertEq(uint8(queries.reportOf(1, batchId).state), uint8(state));
    }
}
