// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract SoulboundVotesTest is World {
    function test_transfers__by_every_path__refused() public {
        address owner = governance(1);
        vm.startPrank(owner);
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.transferFrom(owner, governance(2), 1);
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.safeTransferFrom(owner, governance(2), 1);
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.safeTransferFrom(owner, governance(2), 1, "data");
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.transferFrom(owner, owner, 1);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        registry.transferFrom(owner, address(0), 1);
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.transferFrom(address(0), owner, 99);
        vm.assertEq(registry.ownerOf(1), owner);
    }

    function test_approvals__by_every_path__refused() public {
        vm.startPrank(governance(1));
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.approve(governance(2), 1);
        vm.expectRevert(IMemberRegistry.Soulbound.selector);
        registry.setApprovalForAll(governance(2), true);
        vm.assertEq(registry.getApproved(1), address(0));
        vm.assertFalse(registry.isApprovedForAll(governance(1), governance(2)));
    }

    function test_delegation__by_every_path__refused() public {
        vm.startPrank(governance(1));
        vm.expectRevert(IMemberRegistry.DelegationDisabled.selector);
        registry.delegate(governance(2));
        vm.expectRevert(IMemberRegistry.DelegationDisabled.selector);
        registry.delegate(governance(1));
        vm.expectRevert(IMemberRegistry.DelegationDisabled.selector);
        registry.delegateBySig(governance(2), 0, type(uint256).max, 27, bytes32(uint256(1)), bytes32(uint256(1)));
        vm.assertEq(registry.getVotes(governance(1)), 1);
        vm.assertEq(registry.getVotes(governance(2)), 1);
    }

    function test_past_votes__around_a_suspension__follow_the_clock() public {
        uint256 before = block.timestamp;
        vm.warp(before + 10);
        suspended(2);
        vm.warp(before + 20);
        vm.assertEq(registry.getPastVotes(governance(2), before), 1);
        vm.assertEq(registry.getPastVotes(governance(2), before + 10), 0);
        vm.assertEq(registry.getPastTotalSupply(before), 3);
        vm.assertEq(registry.getPastTotalSupply(before + 10), 2);
    }

    function test_past_votes__after_replacing_governance_in_one_block__count_once() public {
        uint256 moment = block.timestamp;
        decided();
        registry.replaceGovernance(1, address(0xBEEF));
        vm.warp(moment + 1);
        vm.assertEq(registry.getPastVotes(governance(1), moment) + registry.getPastVotes(address(0xBEEF), moment), 1);
        vm.assertEq(registry.getPastTotalSupply(moment), 3);
    }

    function test_clock__is_in_seconds() public view {
        vm.assertEq(registry.clock(), block.timestamp);
        vm.assertEq(registry.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(governor.clock(), block.timestamp);
    }

    function test_interfaces__are_announced() public view {
        vm.assertTrue(registry.supportsInterface(type(IMemberRegistry).interfaceId));
        vm.assertTrue(registry.supportsInterface(type(IERC721).interfaceId));
        vm.assertTrue(registry.supportsInterface(type(IAccessControl).interfaceId));
    }

    function test_domain__of_messages__is_the_registrys() public view {
        (, string memory name, string memory version, uint256 chainId, address verifier,,) = registry.eip712Domain();
        vm.assertEq(name, "Riskmesh");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(verifier, address(registry));
        (, name, version, chainId, verifier,,) = credits.eip712Domain();
        vm.assertEq(name, "Riskmesh Credits");
        vm.assertEq(version, "1");
        vm.assertEq(verifier, address(credits));
    }
}
