// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Identity, Status, Term} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {WalletOf} from "./Wallet.sol";
import {World} from "./World.sol";

/// @dev Rotations of keys: who may, what is kept, and how long the old one counts.
contract MemberKeysTest is World {
    uint256 private constant NEXT_KEY = 0xBEEF;
    bytes32 private constant NEXT_OPRF = keccak256("another OPRF key");
    address private immutable NEXT = vm.addr(NEXT_KEY);

    function test_rotate_operator__by_governance__old_one_speaks_for_nobody_and_stays_in_history() public {
        bytes memory possession_ = rotationSigned(NEXT_KEY, 1, NEXT, 0);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.OperatorRotated(1, 2, NEXT, uint48(block.timestamp));
        vm.prank(governance(1));
        registry.rotateOperator(1, NEXT, 0, possession_, "");
        vm.assertEq(registry.operatorOf(1), NEXT);
        vm.assertEq(registry.operatorAt(1, 1), operator(1));
        vm.assertEq(registry.operatorAt(1, 2), NEXT);
        vm.assertEq(registry.memberOf(NEXT), 1);
        vm.assertEq(registry.memberOf(operator(1)), 0);
        expectOperates(operator(1), 0);
        expectOperates(NEXT, 1);
    }

    function test_rotate_operator__with_a_grace__old_one_still_acts_in_the_ledgers_and_nowhere_else() public {
        uint48 until = uint48(block.timestamp) + uint48(KEY_GRACE);
        rotated(1, NEXT_KEY, KEY_GRACE);
        (address account, Term memory term) = registry.operatorTerm(1, 1);
        vm.assertEq(account, operator(1));
        vm.assertEq(term.replacedAt, block.timestamp);
        vm.assertEq(term.validUntil, until);
        (account, term) = registry.operatorTerm(1, 2);
        vm.assertEq(account, NEXT);
        vm.assertEq(term.replacedAt, 0);
        vm.assertEq(term.validUntil, 0);
        vm.assertEq(registry.memberOf(operator(1)), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotAMember.selector, operator(1)));
        vm.prank(operator(1));
        registry.rotateSealing(1, new bytes(32), 0);
        expectOperates(NEXT, 1);
        expectOperates(operator(1), 1);
        vm.warp(until - 1);
        expectOperates(operator(1), 1);
        vm.warp(until);
        expectOperates(operator(1), 0);
        expectOperates(NEXT, 1);
    }

    function test_rotate_operator__in_grace_of_a_suspended_member__does_not_bring_standing_back() public {
        rotated(1, NEXT_KEY, KEY_GRACE);
        suspended(1);
        (uint64 memberId, Status status) = registry.memberByOperator(operator(1));
        vm.assertEq(memberId, 1);
        vm.assertEq(uint8(status), uint8(Status.Suspended));
        vm.assertEq(registry.memberInStanding(operator(1)), 0);
    }

    function test_rotate_operator__on_a_signed_order__sent_by_anyone_and_once() public {
        bytes memory order = rotationSigned(governanceKey(1), 1, NEXT, 60);
        bytes memory possession_ = rotationSigned(NEXT_KEY, 1, NEXT, 60);
        vm.prank(operator(1));
        registry.rotateOperator(1, NEXT, 60, possession_, order);
        vm.assertEq(registry.operatorOf(1), NEXT);
        expectNotAuthorized(1);
        registry.rotateOperator(1, NEXT, 60, possession_, order);
    }

    function test_rotate_operator__of_a_contract_account__on_an_order_that_its_owner_signed() public {
        address wallet = address(new WalletOf(governance(77)));
        decided();
        registry.replaceGovernance(1, wallet);
        bytes memory possession_ = rotationSigned(NEXT_KEY, 1, NEXT, 60);
        bytes memory order = rotationSigned(governanceKey(1), 1, NEXT, 60);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotAuthorized.selector, uint64(1), wallet));
        registry.rotateOperator(1, NEXT, 60, possession_, order);
        registry.rotateOperator(1, NEXT, 60, possession_, rotationSigned(governanceKey(77), 1, NEXT, 60));
        vm.assertEq(registry.operatorOf(1), NEXT);
        registry.leave(1, departureSigned(governanceKey(77), 1));
        vm.assertEq(uint8(registry.statusOf(1)), uint8(Status.Left));
    }

    function test_rotate_operator__without_the_governance_account__refused() public {
        bytes memory possession_ = rotationSigned(NEXT_KEY, 1, NEXT, 60);
        bytes[6] memory unsuitable = [
            bytes(""),
            rotationSigned(operatorKey(1), 1, NEXT, 60),
            rotationSigned(governanceKey(2), 1, NEXT, 60),
            rotationSigned(governanceKey(1), 1, NEXT, 61),
            rotationSigned(governanceKey(1), 1, 3, NEXT, 60),
            rotationSigned(governanceKey(1), 2, NEXT, 60)
        ];
        for (uint256 i = 0; i < unsuitable.length; ++i) {
            expectNotAuthorized(1);
            vm.prank(operator(1));
            registry.rotateOperator(1, NEXT, 60, possession_, unsuitable[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotAuthorized.selector, uint64(9), address(0)));
        registry.rotateOperator(9, NEXT, 60, possession_, "");
    }

    function test_rotate_operator__to_an_account_that_has_not_signed__refused() public {
        bytes[4] memory unsuitable = [
            bytes(""),
            new bytes(65),
            rotationSigned(governanceKey(1), 1, NEXT, 0),
            rotationSigned(NEXT_KEY, 1, 3, NEXT, 0)
        ];
        for (uint256 i = 0; i < unsuitable.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.PossessionNotProven.selector, NEXT));
            vm.prank(governance(1));
            registry.rotateOperator(1, NEXT, 0, unsuitable[i], "");
        }
        // What recovers to nobody proves nothing about nobody's account.
        vm.expectRevert(IMemberRegistry.ZeroAccount.selector);
        vm.prank(governance(1));
        registry.rotateOperator(1, address(0), 0, "", "");
    }

    function test_rotate_operator__to_an_account_used_before__refused() public {
        rotated(1, NEXT_KEY, 0);
        uint256[5] memory keys = [NEXT_KEY, operatorKey(1), operatorKey(2), governanceKey(1), governanceKey(2)];
        uint64[5] memory users = [uint64(1), 1, 2, 1, 2];
        for (uint256 i = 0; i < keys.length; ++i) {
            address used = vm.addr(keys[i]);
            bytes memory possession_ = rotationSigned(keys[i], 1, used, 0);
            vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AccountAlreadyUsed.selector, used, users[i]));
            vm.prank(governance(1));
            registry.rotateOperator(1, used, 0, possession_, "");
        }
    }

    function test_rotations__with_a_longer_grace_than_governed__refused() public {
        uint64 graceS = KEY_GRACE + 1;
        bytes memory possession_ = rotationSigned(NEXT_KEY, 1, NEXT, graceS);
        bytes memory refusal = abi.encodeWithSelector(IMemberRegistry.GraceTooLong.selector, graceS, KEY_GRACE);
        vm.startPrank(governance(1));
        vm.expectRevert(refusal);
        registry.rotateOperator(1, NEXT, graceS, possession_, "");
        vm.expectRevert(refusal);
        registry.rotateSealing(1, new bytes(32), graceS);
        vm.expectRevert(refusal);
        registry.rotateOprf(NEXT_OPRF, possession(9), graceS);
        vm.expectRevert(refusal);
        registry.setEndpoint("https://elsewhere", "certificate", graceS);
    }

    function test_rotations__any_grace_and_any_moment__end_exactly_then(uint64 graceS, uint32 later) public {
        graceS = uint64(bounded(graceS, 0, KEY_GRACE));
        uint48 until = uint48(block.timestamp) + uint48(graceS);
        rotated(1, NEXT_KEY, graceS);
        vm.startPrank(NEXT);
        registry.rotateSealing(1, new bytes(32), graceS);
        registry.rotateOprf(NEXT_OPRF, possession(9), graceS);
        vm.stopPrank();
        vm.assertEq(registry.sealingTerm(1, 1).validUntil, until);
        vm.assertEq(registry.sealingTerm(1, 1).replacedAt, block.timestamp);
        (bytes32 key, Term memory term) = registry.oprfTerm(1, 1);
        vm.assertEq(key, application(1).oprfKey);
        vm.assertEq(term.validUntil, until);
        vm.warp(block.timestamp + later);
        bool counts = block.timestamp < until;
        expectOperates(operator(1), counts ? 1 : 0);
        vm.assertEq(registry.oprfKeyCounts(1, 1), counts);
        vm.assertTrue(registry.oprfKeyCounts(1, 2));
        vm.assertFalse(registry.oprfKeyCounts(1, 3));
        vm.assertFalse(registry.oprfKeyCounts(1, 0));
    }

    function test_rotations__by_governance_or_operator__bump_only_their_own_version() public {
        uint48 now48 = uint48(block.timestamp);
        bytes memory key = abi.encodePacked(keccak256("another sealing key"));
        vm.expectEmit(address(registry));
        emit IMemberRegistry.SealingKeyRotated(1, 2, 1, key, now48 + 60);
        vm.prank(operator(1));
        registry.rotateSealing(1, key, 60);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.OprfKeyRotated(1, 2, NEXT_OPRF, possession(9), now48);
        vm.prank(governance(1));
        registry.rotateOprf(NEXT_OPRF, possession(9), 0);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.EndpointSet(1, "https://elsewhere", sha256("certificate"), "certificate", now48 + 60);
        vm.prank(operator(1));
        registry.setEndpoint("https://elsewhere", "certificate", 60);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.ProfileSet(1, keccak256("another name"));
        vm.prank(operator(1));
        registry.setProfile(keccak256("another name"));

        Identity memory now_ = registry.identity(1);
        vm.assertEq(now_.sealingVersion, 2);
        vm.assertEq(now_.sealingKey, key);
        vm.assertEq(now_.oprfVersion, 2);
        vm.assertEq(now_.oprfKey, NEXT_OPRF);
        vm.assertEq(now_.operatorVersion, 1);
        vm.assertEq(now_.endpoint, "https://elsewhere");
        vm.assertEq(now_.tlsFingerprint, sha256("certificate"));
        vm.assertEq(now_.profileHash, keccak256("another name"));
        (uint16 suite, bytes memory first) = registry.sealingKeyAt(1, 1);
        vm.assertEq(suite, 1);
        vm.assertEq(first, application(1).sealingKey);
        vm.assertEq(registry.oprfKeyAt(1, 1), application(1).oprfKey);
        vm.assertEq(registry.oprfKeyAt(1, 2), NEXT_OPRF);
    }

    function test_rotate_sealing__to_the_hybrid_suite__takes_its_key_length_alone() public {
        bytes memory key = new bytes(1216);
        vm.startPrank(operator(1));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongSealingKeyLength.selector, uint16(2), 32, 1216));
        registry.rotateSealing(2, new bytes(32), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongSealingKeyLength.selector, uint16(1), 1216, 32));
        registry.rotateSealing(1, key, 0);
        registry.rotateSealing(2, key, 0);
        (uint16 suite, bytes memory kept) = registry.sealingKeyAt(1, 2);
        vm.assertEq(suite, 2);
        vm.assertEq(kept, key);
    }

    function test_rotations__by_a_suspended_member__allowed() public {
        suspended(1);
        rotated(1, NEXT_KEY, 0);
        vm.startPrank(governance(1));
        registry.rotateSealing(1, new bytes(32), 0);
        registry.rotateOprf(NEXT_OPRF, possession(9), 0);
        registry.setEndpoint("https://elsewhere", "certificate", 0);
        registry.setProfile(keccak256("another name"));
        vm.stopPrank();
        vm.assertEq(registry.operatorOf(1), NEXT);
        vm.assertFalse(registry.inStanding(1));
    }

    function test_rotations__by_a_stranger_or_a_former_operator__refused() public {
        rotated(1, NEXT_KEY, 60);
        address[2] memory callers = [address(this), operator(1)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IMemberRegistry.NotAMember.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            registry.rotateSealing(1, new bytes(32), 0);
            vm.expectRevert(refusal);
            registry.rotateOprf(NEXT_OPRF, possession(9), 0);
            vm.expectRevert(refusal);
            registry.setEndpoint("https://elsewhere", "certificate", 0);
            vm.expectRevert(refusal);
            registry.setProfile(keccak256("another name"));
            vm.stopPrank();
        }
    }

    function test_rotate_oprf__to_a_key_ever_used__refused() public {
        bytes32 own = application(1).oprfKey;
        bytes32 others = application(2).oprfKey;
        vm.startPrank(operator(1));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.OprfKeyAlreadyUsed.selector, own, uint64(1)));
        registry.rotateOprf(own, possession(9), 0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.OprfKeyAlreadyUsed.selector, others, uint64(2)));
        registry.rotateOprf(others, possession(9), 0);
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

    function expectOperates(address account, uint64 memberId) private view {
        (uint64 found,) = registry.memberByOperator(account);
        vm.assertEq(found, memberId);
        vm.assertEq(registry.memberInStanding(account), memberId);
    }

    function expectNotAuthorized(uint64 memberId) private {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NotAuthorized.selector, memberId, governance(memberId)));
    }
}
