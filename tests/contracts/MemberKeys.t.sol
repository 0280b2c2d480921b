// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Application, Identity, Status} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract MemberKeysTest is World {
    address private constant NEXT = address(0xBEEF);
    bytes32 private constant NEXT_OPRF = keccak256("another OPRF key");

    function test_rotate_operator__by_governance__old_one_speaks_for_nobody_and_stays_in_history() public {
        vm.expectEmit(address(registry));
        emit IMemberRegistry.OperatorRotated(1, 2, NEXT);
        vm.prank(governance(1));
        registry.rotateOperator(NEXT);
        vm.assertEq(registry.operatorOf(1), NEXT);
        vm.assertEq(registry.operatorAt(1, 1), operator(1));
        vm.assertEq(registry.operatorAt(1, 2), NEXT);
        vm.assertEq(registry.memberOf(NEXT), 1);
        vm.assertEq(registry.memberOf(operator(1)), 0);
        (uint64 memberId, Status status) = registry.memberByOperator(operator(1));
        vm.assertEq(memberId, 0);
        vm.assertEq(uint8(status), 0);
    }

    function test_rotate_operator__by_the_operator_itself__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotGovernanceAccount.selector, operator(1)));
        vm.prank(operator(1));
        registry.rotateOperator(NEXT);
    }

    function test_rotate_operator__to_an_account_used_before__refused() public {
        vm.prank(governance(1));
        registry.rotateOperator(NEXT);
        address[5] memory used = [NEXT, operator(1), operator(2), governance(1), governance(2)];
        uint64[5] memory users = [uint64(1), 1, 2, 1, 2];
        for (uint256 i = 0; i < used.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AccountAlreadyUsed.selector, used[i], users[i]));
            vm.prank(governance(1));
            registry.rotateOperator(used[i]);
        }
        vm.expectRevert(IMemberRegistry.ZeroAccount.selector);
        vm.prank(governance(1));
        registry.rotateOperator(address(0));
    }

    function test_rotations__by_governance_or_operator__bump_only_their_own_version() public {
        bytes memory key = abi.encodePacked(keccak256("another sealing key"));
        vm.expectEmit(address(registry));
        emit IMemberRegistry.SealingKeyRotated(1, 2, 1, key);
        vm.prank(operator(1));
        registry.rotateSealing(1, key);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.OprfKeyRotated(1, 2, NEXT_OPRF, possession(9));
        vm.prank(governance(1));
        registry.rotateOprf(NEXT_OPRF, possession(9));
        vm.expectEmit(address(registry));
        emit IMemberRegistry.EndpointSet(1, "https://elsewhere", sha256("certificate"), "certificate");
        vm.prank(operator(1));
        registry.setEndpoint("https://elsewhere", "certificate");

        Identity memory now_ = registry.identity(1);
        vm.assertEq(now_.sealingVersion, 2);
        vm.assertEq(now_.sealingKey, key);
        vm.assertEq(now_.oprfVersion, 2);
        vm.assertEq(now_.oprfKey, NEXT_OPRF);
        vm.assertEq(now_.operatorVersion, 1);
        vm.assertEq(now_.endpoint, "https://elsewhere");
        vm.assertEq(now_.tlsFingerprint, sha256("certificate"));
        (uint16 suite, bytes memory first) = registry.sealingKeyAt(1, 1);
        vm.assertEq(suite, 1);
        vm.assertEq(first, application(1).sealingKey);
        vm.assertEq(registry.oprfKeyAt(1, 1), application(1).oprfKey);
        vm.assertEq(registry.oprfKeyAt(1, 2), NEXT_OPRF);
    }

    function test_rotations__by_a_suspended_member__allowed() public {
        suspended(1);
        vm.startPrank(governance(1));
        registry.rotateOperator(NEXT);
        registry.rotateSealing(1, new bytes(32));
        registry.rotateOprf(NEXT_OPRF, possession(9));
        registry.setEndpoint("https://elsewhere", "certificate");
        vm.stopPrank();
        vm.assertEq(registry.operatorOf(1), NEXT);
        vm.assertFalse(registry.inStanding(1));
    }

    function test_rotations__by_a_stranger_or_a_former_operator__refused() public {
        vm.prank(governance(1));
        registry.rotateOperator(NEXT);
        address[2] memory callers = [address(this), operator(1)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IMemberRegistry.NotAMember.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            registry.rotateSealing(1, new bytes(32));
            vm.expectRevert(refusal);
            registry.rotateOprf(NEXT_OPRF, possession(9));
            vm.expectRevert(refusal);
            registry.setEndpoint("https://elsewhere", "certificate");
            vm.stopPrank();
        }
    }

    function test_rotate_oprf__to_a_key_ever_used__refused() public {
        bytes32 own = application(1).oprfKey;
        bytes32 others = application(2).oprfKey;
        vm.startPrank(operator(1));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.OprfKeyAlreadyUsed.selector, own, uint64(1)));
        registry.rotateOprf(own, possession(9));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.OprfKeyAlreadyUsed.selector, others, uint64(2)));
        registry.rotateOprf(others, possession(9));
    }

    function test_malformed_keys_and_endpoints__refused_with_their_numbers() public {
        vm.startPrank(operator(1));
        vm.expectRevert(IMemberRegistry.IdentityOprfKey.selector);
        registry.rotateOprf(bytes32(0), possession(9));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongPossessionLength.selector, 95, 96));
        registry.rotateOprf(NEXT_OPRF, new bytes(95));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.UnsupportedSealingSuite.selector, uint16(2)));
        registry.rotateSealing(2, new bytes(32));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.UnsupportedSealingSuite.selector, uint16(0)));
        registry.rotateSealing(0, new bytes(32));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongSealingKeyLength.selector, uint16(1), 33, 32));
        registry.rotateSealing(1, new bytes(33));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.EndpointLengthOutOfBounds.selector, 0, 256));
        registry.setEndpoint("", "certificate");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.EndpointLengthOutOfBounds.selector, 257, 256));
        registry.setEndpoint(string(new bytes(257)), "certificate");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.CertificateLengthOutOfBounds.selector, 0, 2048));
        registry.setEndpoint("https://elsewhere", "");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.CertificateLengthOutOfBounds.selector, 2049, 2048));
        registry.setEndpoint("https://elsewhere", new bytes(2049));
        registry.setEndpoint(string(new bytes(256)), new bytes(2048));
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
        vm.prank(governance(1));
        registry.leave();
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
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotGovernanceAccount.selector, governance(1)));
        vm.prank(governance(1));
        registry.leave();
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

    function test_views__of_unknown_members_and_versions__are_empty() public view {
        vm.assertEq(registry.memberOf(address(0)), 0);
        vm.assertEq(registry.memberOf(address(0xABCD)), 0);
        (uint64 memberId, Status status) = registry.memberByOperator(address(0));
        vm.assertEq(memberId, 0);
        vm.assertEq(uint8(status), 0);
        (memberId, status) = registry.memberByOperator(governance(1));
        vm.assertEq(memberId, 0);
        vm.assertEq(registry.operatorOf(9), address(0));
        vm.assertEq(registry.operatorAt(1, 0), address(0));
        vm.assertEq(registry.operatorAt(1, 2), address(0));
        vm.assertEq(registry.oprfKeyAt(1, 0), bytes32(0));
        (uint16 suite, bytes memory key) = registry.sealingKeyAt(1, 2);
        vm.assertEq(suite, 0);
        vm.assertEq(key.length, 0);
        vm.assertFalse(registry.inStanding(0));
        vm.assertEq(registry.identity(9).governance, address(0));
    }

    function expectUsed(Application memory applicant, address account, uint64 memberId) private {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AccountAlreadyUsed.selector, account, memberId));
        decided();
        registry.admit(applicant);
    }
}
