// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Anchoring} from "./Anchoring.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev A consortium of 106 members and 15 auditors, in which operations are measured as transactions of their own: every
/// call of a test is one (`isolate`), so that nothing is warm and gas is what a sender pays, base fee and calldata included;
/// slots are words of storage that hold something afterwards and held nothing before.
abstract contract Measured is Anchoring, AuditWorld {
    uint64 internal constant CROWD = 106;
    uint256 internal constant AUDITORS = 15;

    function setUp() public virtual override(AuditWorld, World) {
        super.setUp();
        decided();
        parameters.set(keccak256("max_admissions_per_epoch"), 100);
        for (uint64 i = FOUNDERS + 1; i <= CROWD; ++i) {
            if (i == 100) vm.warp(block.timestamp + EPOCH);
            credits.claimGrant(admitted(i));
        }
        for (uint256 i = 4; i <= AUDITORS; ++i) {
            appointed(auditor(i));
        }
        queries.openBudget(1); // as every daemon does in every epoch
        vm.warp(block.timestamp + EPOCH);
    }

    function measured(string memory operation, address caller, address target, bytes memory call)
        internal
        returns (uint256 gas)
    {
        uint256 slots = newSlots(caller, target, call);
        vm.prank(caller);
        (bool success,) = target.call(call);
        vm.assertTrue(success);
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("gas", operation, gas);
        vm.snapshotValue("storage", operation, slots);
    }

    /// @dev Makes the call once to see what it writes, and takes it back.
    function newSlots(address caller, address target, bytes memory call) private returns (uint256 count) {
        uint256 before = vm.snapshotState();
        vm.record();
        vm.prank(caller);
        (bool success,) = target.call(call);
        vm.assertTrue(success);
        address[9] memory places = ours();
        bytes32[][9] memory written;
        bool[][9] memory filled;
        for (uint256 i = 0; i < places.length; ++i) {
            (, written[i]) = vm.accesses(places[i]);
            filled[i] = new bool[](written[i].length);
            for (uint256 j = 0; j < written[i].length; ++j) {
                bool again = false;
                for (uint256 k = 0; k < j; ++k) {
                    again = again || written[i][k] == written[i][j];
                }
                filled[i][j] = !again && vm.load(places[i], written[i][j]) != bytes32(0);
            }
        }
        vm.assertTrue(vm.revertToState(before));
        for (uint256 i = 0; i < places.length; ++i) {
            for (uint256 j = 0; j < written[i].length; ++j) {
                if (filled[i][j] && vm.load(places[i], written[i][j]) == bytes32(0)) ++count;
            }
        }
    }

    function ours() private view returns (address[9] memory) {
        return [
            address(parameters),
            address(registry),
            address(timelock),
            address(governor),
            address(datasets),
            address(credits),
            address(queries),
            address(quality),
            address(audits)
        ];
    }
}
