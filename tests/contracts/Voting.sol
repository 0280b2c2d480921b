// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev One call brought before the members, as every proposal is: proposed, voted on, queued, executed.
abstract contract Voting is World {
    string private constant WHY = "Why";

    function proposed(uint256 by, address target, bytes memory call) internal returns (uint256 id) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion(target, call);
        vm.prank(operator(by));
        return governor.propose(targets, values, calls, WHY);
    }

    function voted(uint256 id, uint8 support, uint256 voters) internal {
        vm.warp(block.timestamp + VOTING_DELAY + 1);
        for (uint256 i = 1; i <= voters; ++i) {
            vm.prank(governance(i));
            governor.castVote(id, support);
        }
        vm.warp(block.timestamp + VOTING_PERIOD);
    }

    function queued(address target, bytes memory call) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion(target, call);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
    }

    function executed(address target, bytes memory call) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion(target, call);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
    }

    /// @dev All of it, at once: most members are for it, and the timelock lets it through.
    function carried(uint256 by, address target, bytes memory call) internal {
        voted(proposed(by, target, call), 1, 2);
        queued(target, call);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        executed(target, call);
    }

    function motion(address target, bytes memory call)
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (target, call);
    }
}
