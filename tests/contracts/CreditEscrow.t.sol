// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {AccountsWorld} from "./AccountsWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Sums that wait in disputes, and rebates of ratings.
contract CreditEscrowTest is AccountsWorld {
    function test_escrow__of_a_disputed_sum__waits_and_goes_to_the_winner_once() public {
        for (uint64 winner = 1; winner <= 2; ++winner) {
            bytes32 dispute = keccak256(abi.encode(winner));
            int256 payer = credits.balanceOf(1);
            int256 other = credits.balanceOf(winner);
            vm.expectEmit(address(credits));
            emit ICreditLedger.Escrowed(dispute, 1, 2, 300);
            vm.assertEq(credits.escrow(dispute, 1, 2, 300), 300);
            vm.assertEq(credits.balanceOf(1), payer - 300);
            expectEscrow(dispute, ICreditLedger.EscrowState.Held, 300);
            vm.assertEq(credits.totals().escrowed, 300);
            vm.expectEmit(address(credits));
            emit ICreditLedger.Released(dispute, winner, 300);
            credits.release(dispute, winner);
            vm.assertEq(credits.balanceOf(winner), winner == 1 ? payer : other + 300);
            expectEscrow(dispute, ICreditLedger.EscrowState.Released, 300);
            expectWrongState(dispute, ICreditLedger.EscrowState.Released);
            credits.release(dispute, winner);
            expectWrongState(dispute, ICreditLedger.EscrowState.Released);
            credits.escrow(dispute, 1, 2, 1);
        }
        vm.assertEq(credits.totals().escrowed, 0);
    }

    function test_escrow__beyond_the_floor__holds_what_there_is() public {
        vm.assertEq(credits.escrow(DISPUTE, 1, 2, GRANT + FLOOR + 700), GRANT + FLOOR);
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR));
        vm.assertEq(credits.escrow(keccak256("next"), 1, 2, 10), 0);
        credits.release(DISPUTE, 1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
    }

    function test_escrow__takes_the_allowance_first_and_a_refund_does_not_renew_it() public {
        credits.claimAllowance(1);
        credits.escrow(DISPUTE, 1, 2, 300);
        expectAllowance(1, 200, 0);
        credits.release(DISPUTE, 1);
        expectAllowance(1, 200, 0);
        vm.assertEq(credits.balanceOf(1), int256(GRANT + 500));
    }

    function test_escrow__twice_under_one_dispute__refused() public {
        credits.escrow(DISPUTE, 1, 2, 300);
        expectWrongState(DISPUTE, ICreditLedger.EscrowState.Held);
        credits.escrow(DISPUTE, 1, 2, 300);
    }

    function test_escrow__of_unknown_members__refused() public {
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.UnknownMember.selector, uint64(9)));
        credits.escrow(DISPUTE, 9, 2, 300);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.UnknownMember.selector, uint64(0)));
        credits.escrow(DISPUTE, 1, 0, 300);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.UnknownMember.selector, uint64(9)));
        credits.penalize(9, 1, REF);
    }

    function test_release__to_a_stranger_or_of_nothing__refused() public {
        expectWrongState(DISPUTE, ICreditLedger.EscrowState.None);
        credits.release(DISPUTE, 1);
        credits.escrow(DISPUTE, 1, 2, 300);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.NotPartyOfDispute.selector, DISPUTE, uint64(3)));
        credits.release(DISPUTE, 3);
    }

    function test_escrow__while_it_waits__is_not_paid_by_voucher_too() public {
        credits.escrow(DISPUTE, 1, 2, 300);
        redeemed(paymentOf(1, 2, 800)); // counts the 300 that wait
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 800);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 500);
        vm.assertEq(credits.setOffOf(1, 2), 300);
        vm.assertEq(credits.paidHitsOf(1, 2), 40 * 500 / 800);
        vm.assertEq(credits.setOffOf(2, 1), 0);
    }

    function test_escrow__released_to_the_holder__is_its_payment_and_no_voucher_pays_it_again() public {
        credits.escrow(DISPUTE, 1, 2, 300);
        credits.release(DISPUTE, 2);
        vm.assertEq(credits.setOffOf(1, 2), 0);
        vm.assertEq(credits.redeemedOf(1, 2).paid, 300);
        redeemed(paymentOf(1, 2, 800));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 800);
        vm.assertEq(credits.paidHitsOf(1, 2), 40);
    }

    function test_escrow__of_a_hit_redeemed_before__lessens_what_the_next_vouchers_pay() public {
        for (uint64 winner = 1; winner <= 2; ++winner) {
            uint256 snapshot = vm.snapshotState();
            redeemed(paymentOf(1, 2, 300));
            credits.escrow(DISPUTE, 1, 2, 300);
            credits.release(DISPUTE, winner);
            redeemed(paymentOf(1, 2, 400)); // nothing to pay yet: 300 too many were, or are owed by nobody
            vm.assertEq(credits.balanceOf(2), int256(GRANT) + (winner == 1 ? int256(300) : int256(600)));
            redeemed(paymentOf(1, 2, 700));
            vm.assertEq(credits.balanceOf(2), int256(GRANT) + (winner == 1 ? int256(400) : int256(700)));
            vm.assertEq(credits.paidHitsOf(1, 2), winner == 1 ? 35 * 400 / 700 : 35);
            vm.assertTrue(vm.revertToState(snapshot));
        }
    }

    function test_escrow__back_with_the_requester__is_owed_by_nobody() public {
        credits.escrow(DISPUTE, 1, 2, 300);
        credits.release(DISPUTE, 1);
        redeemed(paymentOf(1, 2, 800));
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 500);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 500);
        vm.assertEq(credits.setOffOf(1, 2), 300);
    }

    function test_escrow__given_back_undecided__is_owed_by_voucher_as_before() public {
        redeemed(paymentOf(1, 2, 100));
        credits.escrow(DISPUTE, 1, 2, 300);
        vm.expectEmit(address(credits));
        emit ICreditLedger.GivenBack(DISPUTE, 300);
        credits.giveBack(DISPUTE);
        expectEscrow(DISPUTE, ICreditLedger.EscrowState.GivenBack, 300);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 100);
        redeemed(paymentOf(1, 2, 800));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 800);
        vm.assertEq(credits.setOffOf(1, 2), 0);
        expectWrongState(DISPUTE, ICreditLedger.EscrowState.GivenBack);
        credits.giveBack(DISPUTE);
        expectWrongState(DISPUTE, ICreditLedger.EscrowState.GivenBack);
        credits.release(DISPUTE, 1);
    }

    function test_escrow__any_disputes_and_vouchers__never_pay_a_holder_more_than_it_is_owed(uint16[6] calldata steps)
        public
    {
        uint256 total;
        uint256 lost;
        for (uint256 i = 0; i < steps.length; ++i) {
            bytes32 dispute = keccak256(abi.encode(i));
            total += 20 + steps[i] % 100;
            credits.escrow(dispute, 1, 2, 20); // about one of the hits that the next voucher counts
            if (steps[i] % 2 == 0) redeemed(paymentOf(1, 2, total));
            if (steps[i] % 5 == 0) {
                credits.release(dispute, 1);
                lost += 20;
            } else if (steps[i] % 5 == 1) {
                credits.giveBack(dispute);
            } else {
                credits.release(dispute, 2);
            }
            redeemed(paymentOf(1, 2, ++total));
            vm.assertEq(credits.balanceOf(2), int256(GRANT + total - lost));
            vm.assertEq(credits.balanceOf(1) + credits.balanceOf(2), int256(2 * GRANT));
        }
    }

    function test_rebate__of_ratings__comes_from_the_holder_and_creates_nothing() public {
        rating();
        vm.expectEmit(address(credits));
        emit ICreditLedger.Rebated(1, 2, 7);
        credits.rebate(1, 2, 7); // at half the hit fee of 20, a tenth of it
        vm.assertEq(credits.balanceOf(1), int256(GRANT) + 7);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - 7);
        expectTotals(3 * GRANT, 0, 0, 0, 0);
    }

    function test_rebate__of_a_holder_at_the_floor__takes_what_there_is() public {
        rating();
        credits.penalize(2, GRANT + FLOOR - 3, REF);
        credits.rebate(1, 2, 7);
        vm.assertEq(credits.balanceOf(2), -int256(FLOOR));
        vm.assertEq(credits.balanceOf(1), int256(GRANT) + 3);
    }

    function test_rebate__set_to_nothing__moves_nothing() public {
        rating();
        decided();
        parameters.set(keccak256("rating_rebate_percent"), 0);
        credits.rebate(1, 2, 7);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
    }

    function test_rebate__after_dearer_and_cheaper_prices__never_exceeds_its_share_of_any() public {
        rating();
        decided();
        parameters.setPrices(1, 10 * HIT_FEE);
        vm.warp(block.timestamp + EPOCH);
        credits.rebate(1, 2, 10); // as if all had been paid at the lower price
        vm.assertEq(credits.balanceOf(1), int256(GRANT) + 10);
        decided();
        parameters.setPrices(1, HIT_FEE / 2);
        vm.warp(block.timestamp + EPOCH);
        credits.rebate(1, 2, 10);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) + 15);
    }

    function test_rebate__by_anyone_but_the_ledger_of_ratings__refused() public {
        bytes32 role = credits.REBATE_ROLE();
        vm.expectRevert(missingRole(address(this), role)); // an accountant is none
        credits.rebate(1, 2, 7);
    }

    /// @dev This test is the ledger of ratings from now on.
    function rating() private {
        bytes32 role = credits.REBATE_ROLE();
        decided();
        credits.grantRole(role, address(this));
    }
}
