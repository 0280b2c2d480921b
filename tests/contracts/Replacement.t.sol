// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {CaseState} from "../../contracts/types/Audits.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {SuccessorLedger} from "./SuccessorLedger.sol";
import {vm} from "./Vm.sol";

/// @dev A live ledger of credits is replaced by one proposal; nothing that it knew is lost, and nothing is paid twice.
contract ReplacementTest is AuditWorld {
    string private constant WHY = "Replace the ledger of credits";

    CreditLedger private old;
    SuccessorLedger private next;
    bytes32 private caseId;

    function setUp() public override {
        super.setUp();
        credits.claimAllowance(3);
        redeemed(paymentOf(1, 2, 1300)); // below zero
        redeemed(paymentOf(2, 3, 240));
        caseId = disputed(3, 2, 70);
        old = credits;
        next = new SuccessorLedger(registry, parameters, old, address(this));
        next.setQualityLedger(quality);
        next.grantRole(next.ACCOUNTANT_ROLE(), address(audits));
        next.grantRole(next.ACCOUNTANT_ROLE(), address(queries));
        next.grantRole(next.REBATE_ROLE(), address(quality));
        next.grantRole(bytes32(0), address(timelock));
        next.renounceRole(bytes32(0), address(this));
    }

    function test_replacement__by_one_proposal__carries_every_account_over() public {
        redeemed(paymentOf(2, 1, 35)); // what happens while the members vote counts, too
        replaced();
        vm.assertEq(next.balanceOf(1), int256(GRANT) - 1300 + 35);
        int256 sum;
        for (uint64 i = 1; i <= FOUNDERS; ++i) {
            sum += next.balanceOf(i);
            vm.assertEq(next.balanceOf(i), old.balanceOf(i));
            vm.assertEq(next.grantClaimed(i), old.grantClaimed(i));
            (uint256 unspent,) = next.allowanceOf(i);
            (uint256 unspentBefore,) = old.allowanceOf(i);
            vm.assertEq(unspent, unspentBefore);
        }
        vm.assertEq(sum, next.outstanding());
        vm.assertEq(keccak256(abi.encode(next.totals())), keccak256(abi.encode(old.totals())));
        vm.assertEq(next.totals().escrowed, 70);
    }

    function test_replacement__after_it__the_others_ask_the_successor() public {
        replaced();
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.NegativeBalance.selector, uint64(1), int256(-300)));
        committed(1, keccak256("a batch"));
        committed(2, keccak256("a batch"));
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.GrantAlreadyClaimed.selector, uint64(1)));
        next.claimGrant(1);
        vm.warp(block.timestamp + EPOCH);
        (uint256 unspent,) = next.allowanceOf(3);
        uint256 expired = next.totals().expired;
        next.claimAllowance(3);
        vm.assertTrue(unspent > 0);
        vm.assertEq(next.totals().expired, expired + unspent);
    }

    function test_replacement__vouchers_after_it__pay_only_what_is_new() public {
        Voucher memory last = paymentOf(2, 3, 300);
        bytes memory signedForOld = signature(last, operatorKey(2));
        replaced();
        vm.assertEq(next.redeemedOf(2, 3).paid, 240);
        vm.assertEq(next.paidHitsOf(2, 3), 12);
        int256 before = next.balanceOf(3);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(last, signedForOld);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(2), uint64(3)));
        vm.prank(operator(3));
        next.redeem(vouchers, signatures);
        redeemed(last); // signed anew, for the successor
        vm.assertEq(next.balanceOf(3), before + 60);
        redeemed(paymentOf(2, 3, 301));
        vm.assertEq(next.balanceOf(3), before + 61);
        vm.assertEq(next.redeemedOf(2, 3).paid, 301);
    }

    function test_replacement__dispute_opened_before_it__ends_in_the_successor() public {
        replaced();
        next.carryEscrow(caseId);
        vm.expectRevert(SuccessorLedger.CarriedAlready.selector);
        next.carryEscrow(caseId);
        vm.warp(block.timestamp + ANSWER_WINDOW + APPEAL_WINDOW + 1);
        requireState(caseId, CaseState.Upheld); // unanswered
        (int256 payer, int256 payee) = (next.balanceOf(3), next.balanceOf(2));
        audits.settle(caseId);
        vm.assertEq(next.balanceOf(3), payer + 70);
        vm.assertEq(next.balanceOf(2), payee - int256(BREACH_PENALTY));
        vm.assertEq(next.totals().escrowed, 0);
        vm.assertEq(old.totals().escrowed, 70);
    }

    function test_replacement__a_disputed_sum__is_set_off_in_the_successor_as_before() public {
        replaced();
        next.carryEscrow(caseId);
        vm.assertEq(next.setOffOf(3, 2), 70);
        int256 before = next.balanceOf(2);
        redeemed(paymentOf(3, 2, 100)); // the pair's first movement here
        vm.assertEq(next.balanceOf(2), before + 30);
        answered(caseId, 2);
        ruled(caseId, false);
        settled(caseId);
        vm.assertEq(next.balanceOf(2), before + 100);
        vm.assertEq(next.setOffOf(3, 2), 0);
        redeemed(paymentOf(3, 2, 120));
        vm.assertEq(next.balanceOf(2), before + 120);
    }

    function test_replacement__a_dispute_that_nobody_decided__is_given_back_by_the_successor() public {
        replaced();
        next.carryEscrow(caseId);
        answered(caseId, 2);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        int256 before = next.balanceOf(3);
        audits.settle(caseId);
        vm.assertEq(next.balanceOf(3), before + 70);
        vm.assertEq(next.setOffOf(3, 2), 0);
        redeemed(paymentOf(3, 2, 100));
        vm.assertEq(next.balanceOf(3), before - 30);
    }

    function test_replacement__ratings_after_it__earn_back_from_the_successor() public {
        replaced();
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(2, 1, 10, 0);
        int256 before = next.balanceOf(1);
        vm.prank(operator(1));
        quality.rate(ratings); // of hits that were redeemed from the predecessor
        vm.assertEq(next.balanceOf(1), before + 10);
        vm.assertEq(next.balanceOf(1) + next.balanceOf(2), old.balanceOf(1) + old.balanceOf(2));
    }

    function test_replacement__after_it__the_predecessor_moves_nobody_and_nobody_rules_the_successor() public {
        replaced();
        bytes32 accountant = old.ACCOUNTANT_ROLE();
        bytes memory refusal = missingRole(address(audits), accountant);
        vm.expectRevert(refusal);
        vm.prank(address(audits));
        old.release(caseId, 3);
        vm.expectRevert(ICreditLedger.QualityLedgerNotSet.selector);
        old.claimAllowance(1);
        vm.expectRevert(missingRole(address(this), bytes32(0)));
        next.carryOver();
        vm.expectRevert(SuccessorLedger.CarriedAlready.selector);
        decided();
        next.carryOver();
    }

    /// @dev The members vote for all of it at once; `credits` is the successor afterwards.
    function replaced() private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = proposal();
        vm.prank(operator(1));
        uint256 id = governor.propose(targets, values, calls, WHY);
        vm.warp(block.timestamp + VOTING_DELAY + 1);
        for (uint256 i = 1; i <= 2; ++i) {
            vm.prank(governance(i));
            governor.castVote(id, 1);
        }
        vm.warp(block.timestamp + VOTING_PERIOD);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        credits = next;
    }

    function proposal() private view returns (address[] memory targets, uint256[] memory values, bytes[] memory calls) {
        (targets, values, calls) = (new address[](7), new uint256[](7), new bytes[](7));
        bytes32 accountant = old.ACCOUNTANT_ROLE();
        (targets[0], calls[0]) = (address(old), abi.encodeCall(old.revokeRole, (accountant, address(audits))));
        (targets[1], calls[1]) = (address(old), abi.encodeCall(old.revokeRole, (accountant, address(queries))));
        (targets[2], calls[2]) =
        (address(old), abi.encodeWithSelector(ICreditLedger.setQualityLedger.selector, address(0)));
        (targets[3], calls[3]) = (address(next), abi.encodeCall(next.carryOver, ()));
        (targets[4], calls[4]) = (address(queries), abi.encodeCall(queries.setLedgers, (next, quality)));
        (targets[5], calls[5]) =
        (address(audits), abi.encodeCall(audits.setLedgers, (datasets, queries, next, quality)));
        (targets[6], calls[6]) = (address(quality), abi.encodeCall(quality.setCreditLedger, (next)));
    }
}
