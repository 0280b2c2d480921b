// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {CaseState} from "../../contracts/types/Audits.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @dev What auditors decided, brought before the members: proposed, voted on, queued and executed as everything else is.
contract AppealsTest is AuditWorld {
    string private constant WHY = "Appeal";

    bytes32 private caseId;

    function setUp() public override {
        super.setUp();
        caseId = disputed(1, 2, 300);
        answered(caseId, 2);
        ruled(caseId, true);
    }

    function test_appeal__voted_for_in_time__turns_the_ruling_and_its_effects() public {
        uint256 id = proposed();
        voted(id, 1, 3);
        executed();
        requireState(caseId, CaseState.Dismissed);
        vm.assertTrue(audits.caseOf(caseId).overturned);
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 300);
        requireBreaches(2, 0);
        requireFinal(caseId);
    }

    function test_appeal__defeated__leaves_the_ruling() public {
        uint256 id = proposed();
        voted(id, 0, 3);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion();
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Defeated,
                bytes32((1 << uint8(IGovernor.ProposalState.Succeeded)))
            )
        );
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        requireBreaches(2, 1);
    }

    function test_appeal__carried_out_after_its_window__is_too_late_as_a_whole() public {
        uint256 id = proposed();
        voted(id, 1, 3);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion();
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        uint256 appealBy = audits.caseOf(caseId).appealBy;
        vm.warp(appealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooLate.selector, appealBy + 1, appealBy));
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        requireState(caseId, CaseState.Upheld);
    }

    function test_appeal__by_a_member_without_a_vote_of_all__refused() public {
        bytes memory refusal = missingRole(governance(2), audits.GOVERNOR_ROLE());
        vm.expectRevert(refusal);
        vm.prank(governance(2));
        audits.overturn(caseId, 0);
    }

    function test_auditors__appointed_and_dismissed_by_the_members__take_and_lose_office() public {
        address account = auditor(9);
        carried(abi.encodeCall(audits.appoint, (account, papers(account))));
        vm.assertEq(audits.auditors().length, 4);
        carried(abi.encodeCall(audits.dismiss, (account)));
        vm.assertEq(audits.auditors().length, 3);
    }

    function carried(bytes memory call) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion();
        calls[0] = call;
        vm.prank(operator(3));
        uint256 id = governor.propose(targets, values, calls, WHY);
        voted(id, 1, 2);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
    }

    function proposed() private returns (uint256 id) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion();
        vm.prank(operator(2));
        return governor.propose(targets, values, calls, WHY);
    }

    function voted(uint256 id, uint8 support, uint256 voters) private {
        vm.warp(block.timestamp + VOTING_DELAY + 1);
        for (uint256 i = 1; i <= voters; ++i) {
            vm.prank(governance(i));
            governor.castVote(id, support);
        }
        vm.warp(block.timestamp + VOTING_PERIOD);
    }

    function executed() private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = motion();
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
    }

    function motion() private view returns (address[] memory targets, uint256[] memory values, bytes[] memory calls) {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(audits), abi.encodeCall(audits.overturn, (caseId, 0)));
    }
}
