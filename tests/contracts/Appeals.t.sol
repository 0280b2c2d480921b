// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {CaseState} from "../../contracts/types/Audits.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";
import {Voting} from "./Voting.sol";
import {World} from "./World.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @dev What auditors decided, brought before the members: proposed, voted on, queued and executed as everything else is.
contract AppealsTest is AuditWorld, Voting {
    bytes32 private caseId;
    bytes private appeal;

    function setUp() public override(AuditWorld, World) {
        super.setUp();
        caseId = disputed(1, 2, 300);
        answered(caseId, 2);
        ruled(caseId, true);
        appeal = abi.encodeCall(audits.overturn, (caseId, 0));
    }

    function test_appeal__voted_for_in_time__turns_the_ruling_and_its_effects() public {
        carried(2, address(audits), appeal);
        requireState(caseId, CaseState.Dismissed);
        vm.assertTrue(audits.caseOf(caseId).overturned);
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 300);
        requireBreaches(2, 0);
        requireFinal(caseId);
    }

    function test_appeal__defeated__leaves_the_ruling() public {
        uint256 id = proposed(2, address(audits), appeal);
        voted(id, 0, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Defeated,
                bytes32((1 << uint8(IGovernor.ProposalState.Succeeded)))
            )
        );
        queued(address(audits), appeal);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        requireBreaches(2, 1);
    }

    function test_appeal__carried_out_after_its_window__is_too_late_as_a_whole() public {
        voted(proposed(2, address(audits), appeal), 1, 3);
        queued(address(audits), appeal);
        uint256 appealBy = audits.caseOf(caseId).appealBy;
        vm.warp(appealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooLate.selector, appealBy + 1, appealBy));
        executed(address(audits), appeal);
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
        carried(3, address(audits), abi.encodeCall(audits.appoint, (account, papers(account))));
        vm.assertEq(audits.auditors().length, 4);
        carried(3, address(audits), abi.encodeCall(audits.dismiss, (account)));
        vm.assertEq(audits.auditors().length, 3);
    }
}
