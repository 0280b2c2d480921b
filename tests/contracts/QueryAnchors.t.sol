// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof, AnchorSibling} from "../../contracts/types/Anchors.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Anchoring} from "./Anchoring.sol";
import {vm} from "./Vm.sol";

/// @dev Anchors of express batches, what is provable under them, and budgets that both kinds of queries use.
contract QueryAnchorsTest is Anchoring {
    bytes32 private constant ROOT = keccak256("root");

    function setUp() public override {
        super.setUp();
        queries.openBudget(1); // once for ever; in the epoch of the tests it is not open
        vm.warp(block.timestamp + EPOCH);
    }

    function test_anchor__by_a_member_that_never_had_a_budget__refused_until_it_has_one() public {
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NoBudgetYet.selector, uint64(2)));
        anchored(2, ROOT, 3, 70);
        queries.openBudget(2);
        anchored(2, ROOT, 3, 70);
        vm.warp(block.timestamp + 3 * EPOCH);
        anchored(2, keccak256("much later"), 3, 70);
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(ROOT, 10, uint64(block.timestamp + 600));
        vm.prank(operator(3));
        queries.commit(list);
        anchored(3, ROOT, 3, 70);
    }

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
        emit IQueryLedger.BudgetOpened(1, 2, entitlement);
        vm.prank(address(0xCAFE));
        queries.openBudget(1);
        expectBudget(1000, entitlement);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.BudgetAlreadyOpen.selector, uint64(1), uint64(2)));
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

    function committed(uint64 memberId, uint32 count) private {
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(
            keccak256(abi.encode(count, gasleft(), block.timestamp)), count, uint64(block.timestamp + 60)
        );
        vm.prank(operator(memberId));
        queries.commit(list);
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
}
