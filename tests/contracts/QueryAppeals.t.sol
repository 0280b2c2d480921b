// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof, AnchorSibling} from "../../contracts/types/Anchors.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Anchoring} from "./Anchoring.sol";
import {vm} from "./Vm.sol";
import {Voting} from "./Voting.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @dev Member 1 asked and was off for all the time that it had to answer the report of member 2.
contract QueryAppealsTest is Anchoring, Voting {
    /// @dev 12 elements at two others, at one and a half of the fee each.
    uint256 private constant COST = BREACH_PENALTY + 12 * 2 * HIT_FEE * 3 / 2;

    Request private request;
    bytes32 private batchId;
    uint256 private until;
    uint256 private appealBy;
    bytes private appeal;

    function setUp() public override {
        super.setUp();
        queries.openBudget(1);
        request = express(1, 7, 12);
        batchId = batchIdOf(request);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, request);
        (until, appealBy) = (block.timestamp + REPORT_ANSWER, block.timestamp + REPORT_ANSWER + APPEAL_WINDOW);
        appeal = abi.encodeCall(queries.overturnReport, (1, batchId));
    }

    function test_report__made__can_be_overturned_from_its_time_to_answer_on_for_the_appeal_window() public view {
        IQueryLedger.Report memory made = queries.reportOf(1, batchId);
        vm.assertEq(uint256(made.reportedAt) + REPORT_ANSWER, until);
        vm.assertEq(made.answerableUntil, until);
        vm.assertEq(made.appealBy, appealBy);
        vm.assertEq(made.reporter, 2);
        vm.assertEq(made.count, 12);
    }

    function test_appeal__voted_for_in_time__leaves_the_member_as_it_was_for_ever() public {
        uint256 score = quality.scoreOf(1);
        vm.warp(until + 1);
        voted(proposed(1, address(queries), appeal), 1, 3);
        queued(address(queries), appeal);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.expectEmit(address(queries));
        emit IQueryLedger.ReportClosed(1, batchId, IQueryLedger.ReportState.Overturned);
        executed(address(queries), appeal);
        vm.warp(appealBy + 1);
        requireFinal(IQueryLedger.ReportState.Overturned);
        requireTaken(0, 0);
        vm.warp(block.timestamp + EPOCH);
        vm.assertEq(quality.scoreOf(1), score);
        // Whoever reported has nothing of it, either way.
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
    }

    function test_appeal__against_one_report__leaves_another_as_it_is() public {
        Request memory other = express(1, 8, 12);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(3, other);
        vm.warp(queries.reportOf(1, batchIdOf(other)).answerableUntil + 1);
        carried(3, address(queries), appeal);
        vm.warp(queries.reportOf(1, batchIdOf(other)).appealBy + 1);
        queries.closeReport(1, batchIdOf(other));
        requireTaken(1, COST);
        requireFinal(IQueryLedger.ReportState.Overturned);
    }

    function test_appeal__defeated__leaves_the_report_to_be_closed() public {
        vm.warp(until + 1);
        uint256 id = proposed(1, address(queries), appeal);
        voted(id, 0, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Defeated,
                bytes32((1 << uint8(IGovernor.ProposalState.Succeeded)))
            )
        );
        queued(address(queries), appeal);
        vm.warp(appealBy + 1);
        queries.closeReport(1, batchId);
        requireTaken(1, COST);
        requireFinal(IQueryLedger.ReportState.Breached);
    }

    function test_appeal__carried_out_after_its_window__is_too_late_as_a_whole() public {
        vm.warp(until + 1);
        voted(proposed(1, address(queries), appeal), 1, 3);
        queued(address(queries), appeal);
        vm.warp(appealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AppealTooLate.selector, batchId, appealBy + 1, appealBy));
        executed(address(queries), appeal);
        expectState(batchId, IQueryLedger.ReportState.Open);
    }

    function test_appeal__in_the_last_second_in_which_the_report_can_be_answered__refused() public {
        vm.warp(until);
        vm.expectRevert(tooLate(IQueryLedger.AnswerStillOpen.selector, until));
        decided();
        queries.overturnReport(1, batchId);
        vm.warp(until + 1);
        decided();
        queries.overturnReport(1, batchId);
        requireFinal(IQueryLedger.ReportState.Overturned);
    }

    function test_appeal__by_requester_or_reporter_without_a_vote__refused() public {
        vm.warp(until + 1);
        address[4] memory callers = [operator(1), governance(1), operator(2), governance(2)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(missingRole(callers[i], bytes32(0)));
            vm.prank(callers[i]);
            queries.overturnReport(1, batchId);
        }
    }

    function test_appeal__against_what_was_answered_or_never_made__refused() public {
        vm.warp(block.timestamp + 5);
        queries.answerReport(1, batchId, anchoredWith(request, 3, 1));
        vm.warp(until + 1);
        requireNotOverturned(1, batchId, IQueryLedger.ReportState.AnsweredLate);
        requireNotOverturned(1, keccak256("none"), IQueryLedger.ReportState.None);
        requireNotOverturned(2, batchId, IQueryLedger.ReportState.None);
        requireTaken(0, NEEDLESS_FEE);
    }

    function test_appeal__whose_window_a_vote_has_changed__keeps_the_one_that_it_was_made_with() public {
        decided();
        parameters.set(keccak256("appeal_window_s"), 0);
        vm.warp(appealBy);
        decided();
        queries.overturnReport(1, batchId);
        requireFinal(IQueryLedger.ReportState.Overturned);
    }

    function test_appeal__of_a_consortium_without_a_window__is_always_too_late() public {
        decided();
        parameters.set(keccak256("appeal_window_s"), 0);
        Request memory other = express(1, 8, 12);
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        reported(2, other);
        uint256 end = block.timestamp + REPORT_ANSWER;
        vm.warp(end + 1);
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.AppealTooLate.selector, batchIdOf(other), end + 1, end));
        decided();
        queries.overturnReport(1, batchIdOf(other));
        queries.closeReport(1, batchIdOf(other));
        requireTaken(1, COST);
    }

    /// @dev At any moment there is one way to end an open report, and no two ever meet.
    function testFuzz_report__at_any_time__can_be_answered_overturned_or_closed(uint32 passed, uint8 way) public {
        AnchorProof memory proof = anchoredWith(request, 3, 1);
        vm.warp(block.timestamp + passed % (2 * (REPORT_ANSWER + APPEAL_WINDOW)));
        uint256 now_ = block.timestamp;
        uint256 open = now_ <= until ? 0 : (now_ <= appealBy ? 1 : 2);
        if (way % 3 == 0) {
            if (open != 0) vm.expectRevert(tooLate(IQueryLedger.AnswerTooLate.selector, until));
            queries.answerReport(1, batchId, proof);
        } else if (way % 3 == 1) {
            if (open == 0) vm.expectRevert(tooLate(IQueryLedger.AnswerStillOpen.selector, until));
            if (open == 2) vm.expectRevert(tooLate(IQueryLedger.AppealTooLate.selector, appealBy));
            decided();
            queries.overturnReport(1, batchId);
        } else {
            if (open != 2) vm.expectRevert(tooLate(IQueryLedger.AppealStillOpen.selector, appealBy));
            queries.closeReport(1, batchId);
        }
        bool ended = way % 3 == open;
        vm.assertEq(queries.reportOf(1, batchId).state != IQueryLedger.ReportState.Open, ended);
        if (ended && open == 2) requireTaken(1, COST);
        else if (ended && open == 1) requireTaken(0, 0);
        vm.assertEq(
            credits.balanceOf(1) + credits.balanceOf(2) + credits.balanceOf(3),
            int256(FOUNDERS * GRANT) - int256(credits.totals().penalties)
        );
    }

    function tooLate(bytes4 selector, uint256 end) private view returns (bytes memory) {
        return abi.encodeWithSelector(selector, batchId, block.timestamp, end);
    }

    function requireTaken(uint256 breaches, uint256 amount) private view {
        (uint64 count,) = quality.breachesOf(1);
        vm.assertEq(count, breaches);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(amount));
    }

    function requireNotOverturned(uint64 requester, bytes32 batch, IQueryLedger.ReportState state) private {
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.ReportInState.selector, requester, batch, state));
        decided();
        queries.overturnReport(requester, batch);
    }

    function requireFinal(IQueryLedger.ReportState state) private {
        expectState(batchId, state);
        bytes memory refusal = abi.encodeWithSelector(IQueryLedger.ReportInState.selector, uint64(1), batchId, state);
        vm.expectRevert(refusal);
        queries.answerReport(1, batchId, AnchorProof(bytes32(0), 0, new AnchorSibling[](0)));
        vm.expectRevert(refusal);
        queries.closeReport(1, batchId);
        requireNotOverturned(1, batchId, state);
        IQueryLedger.SignedRequest memory again = signedRequest(request);
        vm.expectRevert(refusal);
        vm.prank(operator(3));
        queries.report(again);
    }
}
