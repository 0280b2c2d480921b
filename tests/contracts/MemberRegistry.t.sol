// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {MemberRegistry} from "../../contracts/membership/MemberRegistry.sol";
import {Application, Identity, Status} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract MemberRegistryTest is World {
    function test_found__before_closing__is_active_with_a_vote_and_emits_all() public {
        MemberRegistry fresh = new MemberRegistry(parameters, address(this));
        Application memory applicant = application(1);
        expectEntry(address(fresh), applicant, 1, uint64(block.timestamp));
        vm.expectEmit(address(fresh));
        emit IMemberRegistry.MemberActivated(1);
        vm.assertEq(fresh.found(applicant), 1);
        vm.assertEq(uint8(fresh.statusOf(1)), uint8(Status.Active));
        vm.assertEq(fresh.getVotes(governance(1)), 1);
        vm.assertEq(fresh.ownerOf(1), governance(1));
        vm.assertEq(fresh.delegates(governance(1)), governance(1));
    }

    function test_found__by_anyone_but_the_deployer__refused() public {
        MemberRegistry fresh = new MemberRegistry(parameters, address(this));
        bytes32 role = fresh.FOUNDER_ROLE();
        vm.expectRevert(missingRole(governance(1), role));
        vm.prank(governance(1));
        fresh.found(application(1));
        vm.expectRevert(missingRole(governance(1), role));
        vm.prank(governance(1));
        fresh.closeFounding();
    }

    function test_close_founding__twice_or_found_after_it__refused_also_with_the_role() public {
        MemberRegistry fresh = new MemberRegistry(parameters, address(this));
        bytes32 role = fresh.FOUNDER_ROLE();
        fresh.found(application(1));
        vm.expectEmit(address(fresh));
        emit IMemberRegistry.FoundingClosed(1);
        fresh.closeFounding();
        vm.assertTrue(fresh.foundingClosed());
        vm.expectRevert(missingRole(address(this), role));
        fresh.found(application(2));
        fresh.grantRole(role, address(this));
        vm.expectRevert(IMemberRegistry.FoundingIsClosed.selector);
        fresh.found(application(2));
        vm.expectRevert(IMemberRegistry.FoundingIsClosed.selector);
        fresh.closeFounding();
    }

    function test_admit__by_a_vote__is_admitted_without_a_vote_and_emits_all() public {
        Application memory applicant = application(4);
        expectEntry(address(registry), applicant, 4, uint64(block.timestamp + ACTIVATION_DELAY));
        decided();
        vm.assertEq(registry.admit(applicant), 4);
        vm.assertEq(uint8(registry.statusOf(4)), uint8(Status.Admitted));
        vm.assertTrue(registry.inStanding(4));
        vm.assertEq(registry.getVotes(governance(4)), 0);
        vm.assertEq(registry.memberCount(), 4);
        vm.assertEq(registry.standingCount(), 4);
        vm.assertEq(registry.activeCount(), 3);
        Identity memory found = registry.identity(4);
        vm.assertEq(found.governance, applicant.governance);
        vm.assertEq(found.operator, applicant.operator);
        vm.assertEq(found.operatorVersion, 1);
        vm.assertEq(found.sealingSuite, 1);
        vm.assertEq(found.sealingKey, applicant.sealingKey);
        vm.assertEq(found.sealingVersion, 1);
        vm.assertEq(found.oprfKey, applicant.oprfKey);
        vm.assertEq(found.oprfVersion, 1);
        vm.assertEq(found.endpoint, applicant.endpoint);
        vm.assertEq(found.tlsFingerprint, sha256(applicant.certificate));
        vm.assertEq(found.profileHash, applicant.profileHash);
        vm.assertEq(found.activatesAt, block.timestamp + ACTIVATION_DELAY);
    }

    function test_governed_calls__by_anyone_else__refused() public {
        bytes32 role = registry.GOVERNOR_ROLE();
        address stranger = governance(1);
        bytes memory refusal = missingRole(stranger, role);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        registry.admit(application(4));
        vm.expectRevert(refusal);
        registry.suspend(2);
        vm.expectRevert(refusal);
        registry.reinstate(2);
        vm.expectRevert(refusal);
        registry.expel(2);
        vm.expectRevert(refusal);
        registry.replaceGovernance(1, governance(9));
    }

    function test_admit__over_the_limit_of_an_epoch__waits_for_the_next() public {
        admitted(4);
        admitted(5);
        Application memory applicant = application(6);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.TooManyAdmissions.selector, uint64(0), 2, 2));
        decided();
        registry.admit(applicant);
        vm.warp(START + EPOCH);
        vm.assertEq(admitted(6), 6);
    }

    function test_activate__before_its_time__refused_and_at_its_time_gives_one_vote() public {
        admitted(4);
        uint64 at = registry.identity(4).activatesAt;
        vm.warp(at - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMemberRegistry.NotActivatedYet.selector, uint64(4), uint256(at - 1), at)
        );
        registry.activate(4);
        vm.warp(at);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.MemberActivated(4);
        vm.prank(address(0xCAFE));
        registry.activate(4);
        vm.assertEq(registry.getVotes(governance(4)), 1);
        vm.assertEq(registry.activeCount(), 4);
        expectWrongStatus(4, Status.Active);
        registry.activate(4);
    }

    function test_suspend__an_active_member__takes_vote_and_standing_until_reinstated() public {
        vm.expectEmit(address(registry));
        emit IMemberRegistry.MemberSuspended(2);
        suspended(2);
        vm.assertFalse(registry.inStanding(2));
        vm.assertEq(registry.getVotes(governance(2)), 0);
        vm.assertEq(registry.activeCount(), 2);
        vm.assertEq(registry.standingCount(), 2);
        vm.expectEmit(address(registry));
        emit IMemberRegistry.MemberReinstated(2);
        decided();
        registry.reinstate(2);
        vm.assertEq(uint8(registry.statusOf(2)), uint8(Status.Active));
        vm.assertEq(registry.getVotes(governance(2)), 1);
        vm.assertEq(registry.activeCount(), 3);
        vm.assertEq(registry.standingCount(), 3);
    }

    function test_suspend__before_activation__is_no_short_cut_to_a_vote() public {
        admitted(4);
        suspended(4);
        vm.warp(block.timestamp + ACTIVATION_DELAY);
        expectWrongStatus(4, Status.Suspended);
        registry.activate(4);
        decided();
        registry.reinstate(4);
        vm.assertEq(uint8(registry.statusOf(4)), uint8(Status.Admitted));
        vm.assertEq(registry.getVotes(governance(4)), 0);
        registry.activate(4);
        vm.assertEq(registry.getVotes(governance(4)), 1);
    }

    function test_expel__from_any_current_status__is_final() public {
        admitted(4);
        suspended(2);
        uint64[3] memory members = [uint64(1), 2, 4];
        for (uint256 i = 0; i < members.length; ++i) {
            vm.expectEmit(address(registry));
            emit IMemberRegistry.MemberExpelled(members[i]);
            decided();
            registry.expel(members[i]);
            expectFinal(members[i], Status.Expelled);
        }
        vm.assertEq(registry.activeCount(), 1);
        vm.assertEq(registry.standingCount(), 1);
    }

    function test_leave__from_any_current_status__is_final() public {
        admitted(4);
        suspended(2);
        uint64[3] memory members = [uint64(1), 2, 4];
        for (uint256 i = 0; i < members.length; ++i) {
            vm.expectEmit(address(registry));
            emit IMemberRegistry.MemberLeft(members[i]);
            left(members[i]);
            expectFinal(members[i], Status.Left);
        }
        vm.assertEq(registry.activeCount(), 1);
        vm.assertEq(registry.standingCount(), 1);
    }

    function test_leave__without_the_governance_account__refused() public {
        bytes memory refusal = abi.encodeWithSelector(IMemberRegistry.NotAuthorized.selector, uint64(1), governance(1));
        bytes[4] memory unsuitable = [
            bytes(""),
            departureSigned(operatorKey(1), 1),
            departureSigned(governanceKey(2), 1),
            departureSigned(governanceKey(1), 2)
        ];
        address[3] memory callers = [operator(1), governance(2), address(this)];
        for (uint256 i = 0; i < unsuitable.length; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                vm.expectRevert(refusal);
                vm.prank(callers[j]);
                registry.leave(1, unsuitable[i]);
            }
        }
    }

    function test_leave__signed_by_the_governance_account__sent_by_anyone() public {
        registry.leave(1, departureSigned(governanceKey(1), 1));
        vm.assertEq(uint8(registry.statusOf(1)), uint8(Status.Left));
        vm.assertEq(registry.exitedAt(1), block.timestamp);
        vm.assertEq(registry.exitedAt(2), 0);
    }

    function test_transitions__of_an_unknown_member__refused() public {
        expectWrongStatus(9, Status.None);
        registry.activate(9);
        expectWrongStatus(9, Status.None);
        decided();
        registry.suspend(9);
        expectWrongStatus(9, Status.None);
        decided();
        registry.reinstate(9);
        expectWrongStatus(0, Status.None);
        decided();
        registry.expel(0);
        expectWrongStatus(9, Status.None);
        decided();
        registry.replaceGovernance(9, governance(9));
    }

    function test_transitions__from_the_wrong_status__refused() public {
        expectWrongStatus(1, Status.Active);
        decided();
        registry.reinstate(1);
        suspended(1);
        expectWrongStatus(1, Status.Suspended);
        decided();
        registry.suspend(1);
    }

    function expectFinal(uint64 memberId, Status status) private {
        vm.assertEq(uint8(registry.statusOf(memberId)), uint8(status));
        vm.assertEq(registry.getVotes(governance(memberId)), 0);
        expectWrongStatus(memberId, status);
        registry.activate(memberId);
        expectWrongStatus(memberId, status);
        decided();
        registry.suspend(memberId);
        expectWrongStatus(memberId, status);
        decided();
        registry.reinstate(memberId);
        expectWrongStatus(memberId, status);
        decided();
        registry.expel(memberId);
        expectWrongStatus(memberId, status);
        decided();
        registry.replaceGovernance(memberId, address(0xBEEF));
        vm.startPrank(governance(memberId));
        expectWrongStatus(memberId, status);
        registry.leave(memberId, "");
        expectWrongStatus(memberId, status);
        registry.rotateOperator(memberId, address(0xBEEF), 0, "", "");
        expectWrongStatus(memberId, status);
        registry.rotateSealing(1, new bytes(32), 0);
        expectWrongStatus(memberId, status);
        registry.rotateOprf(bytes32(uint256(1)), new bytes(96), 0);
        expectWrongStatus(memberId, status);
        registry.setEndpoint("https://elsewhere", "certificate", 0);
        expectWrongStatus(memberId, status);
        registry.setProfile(keccak256("another"));
        vm.stopPrank();
    }

    function expectWrongStatus(uint64 memberId, Status status) private {
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.WrongStatus.selector, memberId, status));
    }

    function expectEntry(address emitter, Application memory applicant, uint64 memberId, uint64 activatesAt) private {
        vm.expectEmit(emitter);
        emit IMemberRegistry.MemberAdmitted(memberId, applicant.governance, applicant.operator, activatesAt);
        vm.expectEmit(emitter);
        emit IMemberRegistry.OperatorRotated(memberId, 1, applicant.operator, 0);
        vm.expectEmit(emitter);
        emit IMemberRegistry.SealingKeyRotated(memberId, 1, applicant.sealingSuite, applicant.sealingKey, 0);
        vm.expectEmit(emitter);
        emit IMemberRegistry.OprfKeyRotated(memberId, 1, applicant.oprfKey, applicant.oprfPossession, 0);
        vm.expectEmit(emitter);
        emit IMemberRegistry.EndpointSet(
            memberId, applicant.endpoint, sha256(applicant.certificate), applicant.certificate, 0
        );
        vm.expectEmit(emitter);
        emit IMemberRegistry.ProfileSet(memberId, applicant.profileHash);
    }
}
