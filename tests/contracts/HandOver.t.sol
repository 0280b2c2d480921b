// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ConsortiumGovernor} from "../../contracts/governance/ConsortiumGovernor.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

contract HandOverTest is World {
    bytes32 private constant ADMIN = bytes32(0);

    function test_deployer__after_the_hand_over__holds_no_role_anywhere() public view {
        AccessControl[8] memory places =
            [AccessControl(parameters), registry, timelock, datasets, quality, credits, queries, audits];
        bytes32[9] memory roles = [
            ADMIN,
            registry.GOVERNOR_ROLE(),
            registry.FOUNDER_ROLE(),
            timelock.PROPOSER_ROLE(),
            timelock.CANCELLER_ROLE(),
            timelock.EXECUTOR_ROLE(),
            quality.REPORTER_ROLE(),
            quality.FRESHNESS_ROLE(),
            keccak256("anything else")
        ];
        for (uint256 i = 0; i < places.length; ++i) {
            for (uint256 j = 0; j < roles.length; ++j) {
                vm.assertFalse(places[i].hasRole(roles[j], address(this)));
            }
        }
    }

    function test_deployer__after_the_hand_over__can_not_get_a_role_back() public {
        bytes32 role = registry.GOVERNOR_ROLE();
        bytes memory refusal = missingRole(address(this), ADMIN);
        vm.expectRevert(refusal);
        registry.grantRole(role, address(this));
        vm.expectRevert(refusal);
        parameters.grantRole(role, address(this));
        bytes32 proposer = timelock.PROPOSER_ROLE();
        vm.expectRevert(refusal);
        timelock.grantRole(proposer, address(this));
    }

    function test_timelock__after_the_hand_over__rules_and_listens_to_the_governor_alone() public view {
        bytes32 role = registry.GOVERNOR_ROLE();
        vm.assertTrue(registry.hasRole(role, address(timelock)));
        vm.assertTrue(registry.hasRole(ADMIN, address(timelock)));
        vm.assertTrue(parameters.hasRole(role, address(timelock)));
        vm.assertTrue(parameters.hasRole(ADMIN, address(timelock)));
        vm.assertTrue(timelock.hasRole(ADMIN, address(timelock)));
        vm.assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        vm.assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(governor)));
        vm.assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        vm.assertFalse(registry.hasRole(role, address(governor)));
    }

    function test_timelock__scheduled_by_a_member_directly__refused() public {
        bytes32 role = timelock.PROPOSER_ROLE();
        bytes memory call = abi.encodeCall(registry.suspend, (2));
        vm.expectRevert(missingRole(governance(1), role));
        vm.prank(governance(1));
        timelock.schedule(address(registry), 0, call, bytes32(0), bytes32(0), TIMELOCK_DELAY);
    }

    function test_code_sizes__of_all_contracts__stay_below_the_limit() public view {
        address[9] memory contracts = [
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
        for (uint256 i = 0; i < contracts.length; ++i) {
            vm.assertTrue(contracts[i].code.length < 24_576);
        }
    }

    function test_contract_replacement__by_a_vote__moves_the_governor_role() public {
        ConsortiumGovernor next = new ConsortiumGovernor(registry, timelock, 0, 1, 50);
        bytes32 proposer = timelock.PROPOSER_ROLE();
        decided();
        timelock.grantRole(proposer, address(next));
        decided();
        timelock.revokeRole(proposer, address(governor));
        vm.assertTrue(timelock.hasRole(proposer, address(next)));
        vm.assertFalse(timelock.hasRole(proposer, address(governor)));
    }
}
