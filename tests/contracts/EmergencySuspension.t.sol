// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Status} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract EmergencySuspensionTest is World {
    address private constant AUDIT = address(0xA0D17);
    uint256 private constant LASTS = 72 hours;
    uint256 private constant PAUSE = 30 days;

    function setUp() public override {
        super.setUp();
        bytes32 role = registry.EMERGENCY_ROLE();
        decided();
        registry.grantRole(role, AUDIT);
    }

    function test_emergency__of_an_active_member__takes_standing_and_no_vote_and_ends_by_itself() public {
        uint48 until = uint48(block.timestamp + LASTS);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.MemberSuspendedInEmergency(2, until, uint48(block.timestamp + PAUSE));
        suspendedInEmergency(2);
        vm.assertFalse(registry.inStanding(2));
        vm.assertEq(registry.memberInStanding(operator(2)), 0);
        vm.assertEq(uint8(registry.statusOf(2)), uint8(Status.Active));
        vm.assertEq(registry.getVotes(governance(2)), 1);
        vm.assertEq(registry.activeCount(), FOUNDERS);
        vm.assertEq(registry.standingCount(), FOUNDERS);
        vm.warp(until - 1);
        vm.assertFalse(registry.inStanding(2));
        vm.warp(until);
        vm.assertTrue(registry.inStanding(2));
        vm.assertEq(registry.memberInStanding(operator(2)), 2);
    }

    function test_emergency__by_anyone_without_the_role__refused_also_the_timelock() public {
        bytes32 role = registry.EMERGENCY_ROLE();
        address[4] memory callers = [governance(1), operator(1), address(this), address(timelock)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(missingRole(callers[i], role));
            vm.prank(callers[i]);
            registry.emergencySuspend(2);
        }
    }

    function test_emergency__again_within_the_pause__refused_and_after_it_possible() public {
        uint48 againFrom = uint48(block.timestamp + PAUSE);
        suspendedInEmergency(2);
        (uint48 until, uint48 again) = registry.emergencyOf(2);
        vm.assertEq(until, block.timestamp + LASTS);
        vm.assertEq(again, againFrom);
        uint256[2] memory moments = [block.timestamp, againFrom - 1];
        for (uint256 i = 0; i < moments.length; ++i) {
            vm.warp(moments[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IMemberRegistry.EmergencyNotAgainYet.selector, uint64(2), moments[i], againFrom)
            );
            vm.prank(AUDIT);
            registry.emergencySuspend(2);
        }
        vm.warp(againFrom);
        suspendedInEmergency(2);
        vm.assertFalse(registry.inStanding(2));
    }

    function test_emergency__of_a_member_that_does_not_stand__refused() public {
        suspended(1);
        left(3);
        uint64[3] memory members = [uint64(1), 3, 9];
        Status[3] memory statuses = [Status.Suspended, Status.Left, Status.None];
        for (uint256 i = 0; i < members.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongStatus.selector, members[i], statuses[i]));
            vm.prank(AUDIT);
            registry.emergencySuspend(members[i]);
        }
    }

    function test_emergency__followed_by_votes__they_decide_and_the_pause_stays() public {
        uint48 againFrom = uint48(block.timestamp + PAUSE);
        suspendedInEmergency(2);
        suspended(2);
        vm.assertEq(registry.getVotes(governance(2)), 0);
        decided();
        registry.reinstate(2);
        vm.assertTrue(registry.inStanding(2));
        vm.expectRevert(
            abi.encodeWithSelector(IMemberRegistry.EmergencyNotAgainYet.selector, uint64(2), block.timestamp, againFrom)
        );
        vm.prank(AUDIT);
        registry.emergencySuspend(2);
    }

    function test_emergency__of_a_member_before_its_vote__does_not_delay_the_vote() public {
        admitted(4);
        suspendedInEmergency(4);
        vm.warp(block.timestamp + ACTIVATION_DELAY);
        registry.activate(4);
        vm.assertEq(registry.getVotes(governance(4)), 1);
        vm.assertFalse(registry.inStanding(4));
    }

    function test_emergency__member_leaves_meanwhile__stays_out_for_ever() public {
        suspendedInEmergency(2);
        left(2);
        vm.warp(block.timestamp + LASTS);
        vm.assertFalse(registry.inStanding(2));
    }

    function test_emergency__any_parameter_and_moment__lasts_no_longer_than_governed(uint256 lasts, uint32 later)
        public
    {
        lasts = bounded(lasts, 1, LASTS);
        decided();
        parameters.set(keccak256("emergency_suspension_s"), lasts);
        uint256 from = block.timestamp;
        suspendedInEmergency(2);
        vm.warp(from + later);
        vm.assertEq(registry.inStanding(2), later >= lasts);
    }

    function suspendedInEmergency(uint64 memberId) private {
        vm.prank(AUDIT);
        registry.emergencySuspend(memberId);
    }
}
