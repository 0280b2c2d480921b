// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof} from "../../contracts/types/Anchors.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Anchoring} from "./Anchoring.sol";
import {FixedEntitlements} from "./FixedEntitlements.sol";
import {vm} from "./Vm.sol";

/// @dev What mistakes made on purpose survived: bounds that are met exactly, and what a call leaves behind.
contract QueryEdgesTest is Anchoring {
    function test_report__of_a_batch_anchored_in_its_own_second__costs_its_reporter() public {
        queries.openBudget(1);
        Request memory request = express(1, 7, 12);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        AnchorProof memory proof = anchoredWith(request, 5, 2);
        reported(2, request);
        vm.expectEmit(address(queries));
        emit IQueryLedger.ReportClosed(1, batchIdOf(request), IQueryLedger.ReportState.Needless);
        queries.answerReport(1, batchIdOf(request), proof);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(NEEDLESS_FEE));
    }

    function test_ledgers__replaced__are_asked_from_then_on() public {
        FixedEntitlements next = new FixedEntitlements();
        next.set(1, 777);
        decided();
        queries.setLedgers(credits, IQualityLedger(address(next)));
        queries.openBudget(1);
        (, uint64 limit) = queries.budgetOf(1);
        vm.assertEq(uint256(limit), 777);

        decided();
        queries.setLedgers(ICreditLedger(address(0xDEAD)), IQualityLedger(address(next)));
        vm.prank(operator(1));
        vm.expectRevert(bytes(""));
        queries.anchor(keccak256("root"), 1, 1);
    }
}
