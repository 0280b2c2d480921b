// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ProposalRehearsal} from "../../contracts/governance/ProposalRehearsal.sol";
import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Status} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev What a proposal would do, tried from the timelock as a node tries it: with this contract's code in its place.
contract ProposalRehearsalTest is World {
    function test_rehearse__calls_that_depend_on_each_other__shows_what_each_came_to_and_what_changed() public {
        ProposalRehearsal rehearsal = inPlaceOfTheTimelock();
        ProposalRehearsal.Step[] memory calls = new ProposalRehearsal.Step[](3);
        calls[0] = ProposalRehearsal.Step(address(registry), abi.encodeCall(registry.suspend, (2)));
        calls[1] = calls[0];
        calls[2] = ProposalRehearsal.Step(address(registry), abi.encodeCall(registry.reinstate, (2)));
        ProposalRehearsal.Step[] memory views = new ProposalRehearsal.Step[](2);
        views[0] = ProposalRehearsal.Step(address(registry), abi.encodeCall(registry.statusOf, (2)));
        views[1] = ProposalRehearsal.Step(address(registry), abi.encodeCall(registry.activeCount, ()));
        (
            ProposalRehearsal.Outcome[] memory outcomes,
            ProposalRehearsal.Outcome[] memory before,
            ProposalRehearsal.Outcome[] memory afterwards
        ) = rehearsal.rehearse(two(calls), views);
        vm.assertTrue(outcomes[0].succeeded);
        vm.assertFalse(outcomes[1].succeeded);
        vm.assertEq(
            outcomes[1].data, abi.encodeWithSelector(IMemberRegistry.WrongStatus.selector, uint64(2), Status.Suspended)
        );
        vm.assertEq(abi.decode(before[0].data, (uint256)), uint256(Status.Active));
        vm.assertEq(abi.decode(afterwards[0].data, (uint256)), uint256(Status.Suspended));
        vm.assertEq(abi.decode(before[1].data, (uint256)), FOUNDERS);
        vm.assertEq(abi.decode(afterwards[1].data, (uint256)), FOUNDERS - 1);
        // A call that is refused stops none of those after it.
        (outcomes,, afterwards) = rehearsal.rehearse(calls, views);
        vm.assertFalse(outcomes[0].succeeded);
        vm.assertTrue(outcomes[2].succeeded);
        vm.assertEq(abi.decode(afterwards[0].data, (uint256)), uint256(Status.Active));
    }

    function test_rehearse__by_a_contract_that_is_not_the_timelock__can_do_nothing() public {
        ProposalRehearsal.Step[] memory calls = new ProposalRehearsal.Step[](1);
        calls[0] = ProposalRehearsal.Step(address(registry), abi.encodeCall(registry.suspend, (2)));
        ProposalRehearsal elsewhere = new ProposalRehearsal();
        (ProposalRehearsal.Outcome[] memory outcomes,,) = elsewhere.rehearse(calls, new ProposalRehearsal.Step[](0));
        vm.assertFalse(outcomes[0].succeeded);
        vm.assertEq(outcomes[0].data, missingRole(address(elsewhere), registry.GOVERNOR_ROLE()));
    }

    function inPlaceOfTheTimelock() private returns (ProposalRehearsal) {
        vm.etch(address(timelock), address(new ProposalRehearsal()).code);
        return ProposalRehearsal(address(timelock));
    }

    function two(ProposalRehearsal.Step[] memory steps) private pure returns (ProposalRehearsal.Step[] memory first) {
        first = new ProposalRehearsal.Step[](2);
        (first[0], first[1]) = (steps[0], steps[1]);
    }
}
