// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Application} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev What an application must bring and may not repeat, and the governance account that a member answers with.
contract MemberEntriesTest is World {
    uint256 private constant NEXT_KEY = 0xBEEF;
    bytes32 private constant NEXT_OPRF = keccak256("another OPRF key");
    address private immutable NEXT = vm.addr(NEXT_KEY);

    function test_profile__of_another_member_ever__refused_and_ones_own_may_come_back() public {
        bytes32 own = application(1).profileHash;
        bytes32 others = application(2).profileHash;
        vm.startPrank(operator(1));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.ProfileAlreadyUsed.selector, others, uint64(2)));
        registry.setProfile(others);
        registry.setProfile(keccak256("another name"));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.ProfileAlreadyUsed.selector, own, uint64(1)));
        vm.prank(operator(2));
        registry.setProfile(own);
        vm.prank(operator(1));
        registry.setProfile(own);
        Application memory applicant = application(4);
        applicant.profileHash = own;
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.ProfileAlreadyUsed.selector, own, uint64(1)));
        decided();
        registry.admit(applicant);
    }

    function test_malformed_keys_and_endpoints__refused_with_their_numbers() public {
        vm.startPrank(operator(1));
        vm.expectRevert(IMemberRegistry.IdentityOprfKey.selector);
        registry.rotateOprf(bytes32(0), possession(9), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongPossessionLength.selector, 95, 96));
        registry.rotateOprf(NEXT_OPRF, new bytes(95), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.UnsupportedSealingSuite.selector, uint16(3)));
        registry.rotateSealing(3, new bytes(32), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.UnsupportedSealingSuite.selector, uint16(0)));
        registry.rotateSealing(0, new bytes(32), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongSealingKeyLength.selector, uint16(1), 33, 32));
        registry.rotateSealing(1, new bytes(33), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.EndpointLengthOutOfBounds.selector, 0, 256));
        registry.setEndpoint("", "certificate", 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.EndpointLengthOutOfBounds.selector, 257, 256));
        registry.setEndpoint(string(new bytes(257)), "certificate", 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.CertificateLengthOutOfBounds.selector, 0, 2048));
        registry.setEndpoint("https://elsewhere", "", 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.CertificateLengthOutOfBounds.selector, 2049, 2048));
        registry.setEndpoint("https://elsewhere", new bytes(2049), 0);
        registry.setEndpoint(string(new bytes(256)), new bytes(2048), 0);
    }

    function test_admit__with_anything_used_before__refused() public {
        Application memory applicant = application(4);
        applicant.governance = governance(1);
        expectUsed(applicant, governance(1), 1);
        applicant = application(4);
        applicant.governance = operator(1);
        expectUsed(applicant, operator(1), 1);
        applicant = application(4);
        applicant.operator = operator(2);
        expectUsed(applicant, operator(2), 2);
        applicant = application(4);
        applicant.operator = applicant.governance;
        expectUsed(applicant, applicant.governance, 4);
        applicant = application(4);
        applicant.oprfKey = application(3).oprfKey;
        vm.expectRevert(
            abi.encodeWithSelector(IMemberRegistry.OprfKeyAlreadyUsed.selector, applicant.oprfKey, uint64(3))
        );
        decided();
        registry.admit(applicant);
    }

    function test_admit__again_after_leaving__needs_new_accounts() public {
        left(1);
        Application memory applicant = application(4);
        applicant.governance = governance(1);
        expectUsed(applicant, governance(1), 1);
        vm.assertEq(registry.memberOf(governance(1)), 1);
    }

    function test_replace_governance__of_an_active_member__moves_the_one_vote() public {
        vm.expectEmit(address(registry));
        emit IMemberRegistry.GovernanceReplaced(1, NEXT);
        decided();
        registry.replaceGovernance(1, NEXT);
        vm.assertEq(registry.ownerOf(1), NEXT);
        vm.assertEq(registry.getVotes(NEXT), 1);
        vm.assertEq(registry.getVotes(governance(1)), 0);
        vm.assertEq(registry.activeCount(), 3);
        vm.assertEq(registry.memberOf(NEXT), 1);
        vm.assertEq(registry.memberOf(governance(1)), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotAuthorized.selector, uint64(1), NEXT));
        vm.prank(governance(1));
        registry.leave(1, "");
    }

    function test_replace_governance__of_a_suspended_member__gives_no_vote() public {
        suspended(1);
        decided();
        registry.replaceGovernance(1, NEXT);
        vm.assertEq(registry.getVotes(NEXT), 0);
        decided();
        registry.reinstate(1);
        vm.assertEq(registry.getVotes(NEXT), 1);
        vm.assertEq(registry.getVotes(governance(1)), 0);
    }

    function test_replace_governance__by_a_used_account__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AccountAlreadyUsed.selector, governance(2), uint64(2)));
        decided();
        registry.replaceGovernance(1, governance(2));
    }

    function expectUsed(Application memory applicant, address account, uint64 memberId) private {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AccountAlreadyUsed.selector, account, memberId));
        decided();
        registry.admit(applicant);
    }
}
