// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ConsortiumGovernor} from "../../contracts/governance/ConsortiumGovernor.sol";
import {ConsortiumTimelock} from "../../contracts/governance/ConsortiumTimelock.sol";
import {IConsortiumGovernor} from "../../contracts/interfaces/IConsortiumGovernor.sol";
import {IConsortiumTimelock} from "../../contracts/interfaces/IConsortiumTimelock.sol";
import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @dev What no vote can set, and the arithmetic of votes with any numbers.
contract GovernorBoundsTest is World {
    function test_settings__decided_within_bounds__apply_and_beyond_them_are_refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsortiumGovernor.VotingDelayOutOfBounds.selector, uint48(30 days + 1), uint48(30 days)
            )
        );
        new GovernorOfVotes(registry, timelock, 30 days + 1, 1, 50);
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsortiumGovernor.VotingPeriodOutOfBounds.selector, uint32(60 days + 1), uint32(60 days)
            )
        );
        new GovernorOfVotes(registry, timelock, 0, 60 days + 1, 50);
        vm.expectRevert(IConsortiumGovernor.QuorumZero.selector);
        new GovernorOfVotes(registry, timelock, 0, 1, 0);
        GovernorOfVotes fresh = new GovernorOfVotes(registry, timelock, 30 days, 60 days, 100);
        vm.expectRevert(abi.encodeWithSelector(IConsortiumGovernor.ThresholdNotZero.selector, 1));
        fresh.thresholdSet(1);
        fresh.thresholdSet(0);
        vm.assertEq(fresh.votingDelay(), 30 days);
        vm.assertEq(fresh.votingPeriod(), 60 days);
    }

    function test_timelock__any_delay__is_at_most_what_a_later_vote_can_wait_for() public {
        uint256 max = timelock.MAX_DELAY_S();
        bytes memory refusal =
            abi.encodeWithSelector(IConsortiumTimelock.TimelockDelayOutOfBounds.selector, max + 1, max);
        vm.expectRevert(refusal);
        new ConsortiumTimelock(max + 1, new address[](0), new address[](0), address(this));
        vm.expectRevert(refusal);
        decided();
        timelock.updateDelay(max + 1);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, governance(1)));
        vm.prank(governance(1));
        timelock.updateDelay(1);
        vm.assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
        vm.expectEmit(address(timelock));
        emit TimelockController.MinDelayChange(TIMELOCK_DELAY, max);
        decided();
        timelock.updateDelay(max);
        vm.assertEq(timelock.getMinDelay(), max);
    }

    function test_quorum__any_supply_and_share__is_the_smallest_that_suffices(uint256 supply, uint256 percent) public {
        supply = bounded(supply, 0, type(uint208).max);
        percent = bounded(percent, 1, 100);
        VotesOf votes = new VotesOf(supply);
        ConsortiumGovernor fresh = new ConsortiumGovernor(IMemberRegistry(address(votes)), timelock, 0, 1, percent);
        uint256 quorum = fresh.quorum(block.timestamp);
        vm.assertTrue(quorum * 100 >= supply * percent);
        vm.assertTrue(quorum == 0 || (quorum - 1) * 100 < supply * percent);
    }

    function test_outcome__any_votes__needs_one_for_and_two_thirds(uint8 forVotes, uint8 againstVotes) public {
        GovernorOfVotes fresh = new GovernorOfVotes(registry, timelock, 0, 1, 50);
        uint256 id = fresh.counted(forVotes, againstVotes);
        bool expected = forVotes > 0 && uint256(forVotes) * 3 >= (uint256(forVotes) + againstVotes) * 2;
        vm.assertEq(fresh.succeeded(id), expected);
    }
}

/// @dev Stands in for the registry where only the number of votes matters.
contract VotesOf {
    uint256 private immutable _SUPPLY;

    constructor(uint256 supply) {
        _SUPPLY = supply;
    }

    function getPastTotalSupply(uint256) external view returns (uint256) {
        return _SUPPLY;
    }

    function clock() external view returns (uint48) {
        return uint48(block.timestamp);
    }
}

/// @dev Opens the counting of the governor to numbers that no test could vote one by one.
contract GovernorOfVotes is ConsortiumGovernor {
    constructor(IMemberRegistry registry, TimelockController timelock, uint48 delay, uint32 period, uint256 percent)
        ConsortiumGovernor(registry, timelock, delay, period, percent)
    {}

    function thresholdSet(uint256 threshold) external {
        _setProposalThreshold(threshold);
    }

    function counted(uint256 forVotes, uint256 againstVotes) external returns (uint256 id) {
        id = 1;
        if (forVotes > 0) _countVote(id, address(1), 1, forVotes, "");
        if (againstVotes > 0) _countVote(id, address(2), 0, againstVotes, "");
    }

    function succeeded(uint256 id) external view returns (bool) {
        return _voteSucceeded(id);
    }
}
