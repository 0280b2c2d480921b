// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {Measured} from "./Measured.sol";
import {vm} from "./Vm.sol";

/// @dev What operations cost as transactions of their own: execution from cold state, the base fee and the calldata.
/// The table is bench/gas.json; `python bench/gas.py` measures it anew.
/// forge-config: default.isolate = true
contract GasTest is Measured {
    function test_gas__commit_one_batch__within_100000() public {
        vm.assertLe(measured("commit, 1 batch", operator(1), address(queries), commitCall(1)), 100_000);
    }

    function test_gas__commit_for_the_first_time__within_100000() public {
        uint256 gas = measured("commit, a member's very first batch", operator(2), address(queries), commitCall(1));
        vm.assertLe(gas, 100_000);
    }

    function test_gas__commit_for_the_first_time_at_the_worst__within_100000() public {
        address old = atTheWorst(2);
        vm.assertLe(measured("commit, a first batch at the worst", old, address(queries), commitCall(1)), 100_000);
    }

    function test_gas__commit_ten_batches__within_100000_each() public {
        vm.assertLe(measured("commit, 10 batches", operator(1), address(queries), commitCall(10)), 1_000_000);
    }

    function test_gas__anchor__within_80000() public {
        vm.assertLe(measured("anchor", operator(1), address(queries), anchorCall()), 80_000);
    }

    function test_gas__anchor_for_the_first_time_at_the_worst__within_80000() public {
        bytes memory call = abi.encodeCall(queries.openBudget, (uint64(2)));
        measured("open budget, a member's very first", operator(2), address(queries), call);
        vm.warp(block.timestamp + EPOCH);
        address old = atTheWorst(2);
        vm.assertLe(measured("anchor, a first one at the worst", old, address(queries), anchorCall()), 80_000);
    }

    function test_gas__open_budget_and_allowance__are_measured() public {
        bytes memory call = abi.encodeCall(queries.openBudget, (uint64(1)));
        measured("open budget", operator(1), address(queries), call);
        measured("commit, 1 batch in an open budget", operator(1), address(queries), commitCall(1));
        measured("claim allowance", operator(1), address(credits), abi.encodeCall(credits.claimAllowance, (uint64(1))));
    }

    function test_gas__redeem_twenty_vouchers__within_60000_each() public {
        (Voucher[] memory vouchers, bytes[] memory signatures) = (new Voucher[](20), new bytes[](20));
        for (uint64 i = 0; i < 20; ++i) {
            vouchers[i] = voucherOf(i + 2, 1, 500, 20, 900);
            signatures[i] = signature(vouchers[i], operatorKey(i + 2));
        }
        bytes memory call = abi.encodeCall(credits.redeem, (vouchers, signatures));
        uint256 gas = measured("redeem, 20 vouchers of 20 pairs", operator(1), address(credits), call);
        vm.assertLe(gas / 20, 60_000);
        vm.assertEq(credits.balanceOf(1), int256(GRANT + 20 * 900));
    }

    function test_gas__redeem_one_voucher__is_measured() public {
        Voucher memory voucher = voucherOf(2, 1, 500, 20, 900);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(2)));
        bytes memory call = abi.encodeCall(credits.redeem, (vouchers, signatures));
        measured("redeem, 1 voucher", operator(1), address(credits), call);
    }

    function test_gas__publish__is_measured() public {
        bytes memory call = abi.encodeCall(datasets.publish, (uint64(1), keccak256("root"), 16, 1, 1000));
        measured("publish, first", operator(1), address(datasets), call);
        vm.prank(operator(2));
        datasets.publish(1, keccak256("root"), 16, 1, 7);
        call = abi.encodeCall(datasets.publish, (uint64(2), keccak256("next"), 16, 1, 1000));
        measured("publish, next", operator(2), address(datasets), call);
    }

    function test_gas__rate__is_measured() public {
        redeemed(voucherOf(2, 1, 500, 20, 900));
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(1, 1, 10, 1);
        bytes memory call = abi.encodeCall(quality.rate, (ratings));
        measured("rate, 1 rating", operator(2), address(quality), call);
    }

    function test_gas__membership__is_measured() public {
        measured(
            "admit", address(timelock), address(registry), abi.encodeCall(registry.admit, (application(CROWD + 1)))
        );
        vm.warp(block.timestamp + ACTIVATION_DELAY);
        measured("activate", operator(1), address(registry), abi.encodeCall(registry.activate, (CROWD + 1)));
        bytes memory call = abi.encodeCall(credits.claimGrant, (CROWD + 1));
        measured("claim grant", operator(1), address(credits), call);
        measured("suspend", address(timelock), address(registry), abi.encodeCall(registry.suspend, (uint64(2))));
    }

    /// @dev The member's key is replaced and in its grace, and the length of epochs is about to change.
    function atTheWorst(uint64 memberId) private returns (address old) {
        old = operator(memberId);
        rotated(memberId, operatorKey(700), KEY_GRACE);
        decided();
        parameters.setEpochLength(2 * EPOCH);
    }

    function anchorCall() private view returns (bytes memory) {
        return abi.encodeCall(queries.anchor, (keccak256("root"), 5000, 9999));
    }

    function commitCall(uint256 count) private view returns (bytes memory) {
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = IQueryLedger.Commitment(keccak256(abi.encode(i)), 1000, uint64(block.timestamp + 600));
        }
        return abi.encodeCall(queries.commit, (list));
    }
}
