// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Measured} from "./Measured.sol";
import {vm} from "./Vm.sol";

/// @dev What the life of a member and the votes of 106 of them cost, and what long silence costs.
/// forge-config: default.isolate = true
contract GasOfMembersTest is Measured {
    string private constant WHY = "Admit a member";

    function test_gas__proposal__is_measured() public {
        for (uint64 i = FOUNDERS + 1; i <= CROWD; ++i) {
            registry.activate(i);
        }
        vm.warp(block.timestamp + 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(registry), abi.encodeCall(registry.admit, (application(CROWD + 1))));
        bytes32 why = keccak256(bytes(WHY));
        bytes memory call = abi.encodeCall(governor.propose, (targets, values, calls, WHY));
        measured("propose an admission", operator(1), address(governor), call);
        uint256 id = governor.getProposalId(targets, values, calls, why);
        vm.warp(block.timestamp + VOTING_DELAY + 1);
        call = abi.encodeCall(governor.castVote, (id, 1));
        measured("cast vote", governance(1), address(governor), call);
        for (uint64 i = 2; i <= CROWD; ++i) {
            vm.prank(governance(i));
            governor.castVote(id, 1);
        }
        vm.warp(block.timestamp + VOTING_PERIOD);
        call = abi.encodeWithSignature("queue(address[],uint256[],bytes[],bytes32)", targets, values, calls, why);
        measured("queue", operator(1), address(governor), call);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        call = abi.encodeWithSignature("execute(address[],uint256[],bytes[],bytes32)", targets, values, calls, why);
        measured("execute an admission", operator(1), address(governor), call);
    }

    function test_gas__keys_and_endpoint__are_measured() public {
        uint256 key = operatorKey(500);
        bytes memory possessed = rotationSigned(key, 1, vm.addr(key), 60);
        bytes memory call = abi.encodeCall(registry.rotateOperator, (1, vm.addr(key), 60, possessed, ""));
        measured("rotate operator", governance(1), address(registry), call);
        call = abi.encodeCall(registry.rotateSealing, (1, abi.encodePacked(keccak256("sealing")), 60));
        measured("rotate sealing key", governance(2), address(registry), call);
        bytes memory long = new bytes(1216);
        for (uint256 i = 0; i < long.length; ++i) {
            long[i] = 0xaa;
        }
        call = abi.encodeCall(registry.rotateSealing, (2, long, 60));
        measured("rotate sealing key, 1,216 bytes", governance(3), address(registry), call);
        call = abi.encodeCall(registry.rotateOprf, (keccak256("oprf"), possession(500), 60));
        measured("rotate OPRF key", governance(2), address(registry), call);
        call = abi.encodeCall(registry.setEndpoint, ("https://other.example:8443", abi.encode("certificate"), 60));
        measured("set endpoint", governance(2), address(registry), call);
    }

    function test_gas__ends_of_membership__are_measured() public {
        registry.activate(50);
        suspended(50);
        measured("reinstate", address(timelock), address(registry), abi.encodeCall(registry.reinstate, (50)));
        measured("expel", address(timelock), address(registry), abi.encodeCall(registry.expel, (50)));
        measured("leave", governance(2), address(registry), abi.encodeCall(registry.leave, (2, "")));
    }

    function test_gas__parameters__are_measured() public {
        bytes memory call = abi.encodeCall(parameters.set, (keccak256("credit_floor"), 600));
        measured("set parameter", address(timelock), address(parameters), call);
        call = abi.encodeCall(parameters.setPrices, (QUERY_FEE + 1, HIT_FEE + 1));
        measured("set prices", address(timelock), address(parameters), call);
    }

    /// @dev What fades is computed step by step when it is next read: the longest silence that still takes steps.
    function test_gas__after_400_epochs_of_silence__is_measured() public {
        redeemed(voucherOf(2, 1, 900, 30, 900));
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(1, 1, 20, 0);
        vm.prank(operator(2));
        quality.rate(ratings);
        vm.warp(block.timestamp + 400 * EPOCH);
        bytes memory call = abi.encodeCall(queries.openBudget, (uint64(1)));
        measured("open budget, after 400 epochs", operator(1), address(queries), call);
        ratings[0] = IQualityLedger.Rating(1, 1, 10, 0);
        call = abi.encodeCall(quality.rate, (ratings));
        measured("rate, after 400 epochs", operator(2), address(quality), call);
    }
}
