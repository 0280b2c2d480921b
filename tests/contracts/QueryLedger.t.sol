// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract QueryLedgerTest is World {
    bytes32 private constant BATCH = keccak256("batch");

    function test_commit__several_batches__each_emits_and_is_kept() public {
        vm.roll(88);
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](2);
        list[0] = IQueryLedger.Commitment(BATCH, 1, uint64(block.timestamp + 1));
        list[1] = IQueryLedger.Commitment(keccak256("second"), 1000, uint64(block.timestamp + 1 hours));
        for (uint256 i = 0; i < list.length; ++i) {
            vm.expectEmit(address(queries));
            emit IQueryLedger.Committed(list[i].batchId, 1, list[i].count, list[i].deadline);
        }
        vm.prank(operator(1));
        queries.commit(list);
        for (uint256 i = 0; i < list.length; ++i) {
            IQueryLedger.Committal memory kept = queries.commitmentOf(1, list[i].batchId);
            vm.assertEq(kept.count, list[i].count);
            vm.assertEq(kept.deadline, list[i].deadline);
            vm.assertEq(kept.blockNumber, 88);
        }
        (uint64 used,) = queries.budgetOf(1);
        vm.assertEq(used, 1001);
        vm.assertEq(queries.commitmentOf(1, keccak256("third")).count, 0);
        vm.assertEq(queries.commitmentOf(2, BATCH).count, 0);
    }

    function test_commit__an_identifier_that_another_committed_first__is_kept_by_requester() public {
        uint64 deadline = uint64(block.timestamp + 60);
        commit(2, BATCH, 7, deadline);
        commit(1, BATCH, 3, deadline);
        vm.assertEq(queries.commitmentOf(2, BATCH).count, 7);
        vm.assertEq(queries.commitmentOf(1, BATCH).count, 3);
    }

    function test_commit__the_same_batch_again__refused() public {
        commit(1, BATCH, 1, uint64(block.timestamp + 60));
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.BatchAlreadyCommitted.selector, BATCH, uint64(1));
        expectRefusal(1, BATCH, 1, uint64(block.timestamp + 60), refusal);
        vm.warp(block.timestamp + 2 hours);
        expectRefusal(1, BATCH, 1, uint64(block.timestamp + 60), refusal);
    }

    function test_commit__one_batch_twice_in_a_call__refused_as_a_whole() public {
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](2);
        list[0] = IQueryLedger.Commitment(BATCH, 1, uint64(block.timestamp + 60));
        list[1] = list[0];
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.BatchAlreadyCommitted.selector, BATCH, uint64(1)));
        vm.prank(operator(1));
        queries.commit(list);
        vm.assertEq(queries.commitmentOf(1, BATCH).count, 0);
    }

    function test_commit__count_out_of_bounds__refused() public {
        uint32[3] memory counts = [uint32(0), 1001, type(uint32).max];
        for (uint256 i = 0; i < counts.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IQueryLedger.CountOutOfBounds.selector, BATCH, counts[i], 1000);
            expectRefusal(1, BATCH, counts[i], uint64(block.timestamp + 60), refusal);
        }
    }

    function test_commit__any_deadline__must_lie_ahead_within_the_limit(uint64 deadline) public {
        uint256 last = block.timestamp + 1 hours;
        if (deadline > block.timestamp && deadline <= last) {
            commit(1, BATCH, 1, deadline);
            return;
        }
        bytes memory refusal =
            abi.encodeWithSelector(IQueryLedger.DeadlineOutOfBounds.selector, BATCH, deadline, block.timestamp, last);
        expectRefusal(1, BATCH, 1, deadline, refusal);
    }

    function test_commit__deadline_at_its_boundaries__is_exact() public {
        uint64 now_ = uint64(block.timestamp);
        commit(1, keccak256("first second"), 1, now_ + 1);
        commit(1, keccak256("last second"), 1, now_ + 1 hours);
        expectRefusal(
            1,
            BATCH,
            1,
            now_,
            abi.encodeWithSelector(
                IQueryLedger.DeadlineOutOfBounds.selector, BATCH, now_, uint256(now_), uint256(now_) + 1 hours
            )
        );
        expectRefusal(
            1,
            BATCH,
            1,
            now_ + 1 hours + 1,
            abi.encodeWithSelector(
                IQueryLedger.DeadlineOutOfBounds.selector,
                BATCH,
                now_ + 1 hours + 1,
                uint256(now_),
                uint256(now_) + 1 hours
            )
        );
    }

    function test_commit__with_a_negative_balance__refused_and_at_zero_allowed() public {
        redeemed(paymentOf(1, 2, GRANT));
        vm.assertEq(credits.balanceOf(1), int256(0));
        commit(1, BATCH, 1, uint64(block.timestamp + 60));
        redeemed(paymentOf(1, 2, GRANT + 1));
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.NegativeBalance.selector, uint64(1), int256(-1));
        expectRefusal(1, keccak256("next"), 1, uint64(block.timestamp + 60), refusal);
    }

    function test_commit__by_anyone_but_an_operator_in_standing__refused() public {
        suspended(2);
        left(3);
        rotated(1, operatorKey(11), 0);
        address[5] memory callers = [address(this), governance(1), operator(1), operator(2), operator(3)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NotOperatorInStanding.selector, callers[i]));
            vm.prank(callers[i]);
            queries.commit(one(BATCH, 1, uint64(block.timestamp + 60)));
        }
    }

    function commit(uint64 memberId, bytes32 batchId, uint32 count, uint64 deadline) private {
        vm.expectEmit(address(queries));
        emit IQueryLedger.Committed(batchId, memberId, count, deadline);
        vm.prank(operator(memberId));
        queries.commit(one(batchId, count, deadline));
    }

    function expectRefusal(uint64 memberId, bytes32 batchId, uint32 count, uint64 deadline, bytes memory refusal)
        private
    {
        vm.expectRevert(refusal);
        vm.prank(operator(memberId));
        queries.commit(one(batchId, count, deadline));
    }

    function one(bytes32 batchId, uint32 count, uint64 deadline)
        private
        pure
        returns (IQueryLedger.Commitment[] memory list)
    {
        list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(batchId, count, deadline);
    }
}
