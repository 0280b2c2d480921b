// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Accounts} from "../../contracts/libraries/Accounts.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {FixedEntitlements} from "./FixedEntitlements.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Allowances, escrow and penalties. The test acts as the ledger of disputes.
contract CreditAccountsTest is World {
    bytes32 private constant DISPUTE = keccak256("dispute");
    bytes32 private constant REF = keccak256("case 7");

    FixedEntitlements private entitlements;

    function setUp() public override {
        super.setUp();
        entitlements = new FixedEntitlements();
        for (uint64 i = 1; i <= 4; ++i) {
            entitlements.set(i, 1000 * i);
        }
        decided();
        credits.setQualityLedger(IQualityLedger(address(entitlements)));
        bytes32 role = credits.ACCOUNTANT_ROLE();
        decided();
        credits.grantRole(role, address(this));
    }

    function test_allowance__of_an_epoch__is_what_the_entitlement_earns_once_by_anyone() public {
        vm.assertEq(credits.allowanceDue(1), 500);
        vm.expectEmit(address(credits));
        emit ICreditLedger.AllowanceClaimed(1, 0, 500, 0);
        vm.prank(address(0xCAFE));
        credits.claimAllowance(1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT + 500));
        expectAllowance(1, 500, 0);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.AllowanceAlreadyClaimed.selector, uint64(1), uint64(0)));
        credits.claimAllowance(1);
    }

    function test_allowance__unspent_at_the_next_claim__expires_first() public {
        credits.claimAllowance(1);
        redeemed(paymentOf(1, 2, 120));
        expectAllowance(1, 380, 0);
        vm.warp(block.timestamp + 3 * EPOCH);
        vm.expectEmit(address(credits));
        emit ICreditLedger.AllowanceClaimed(1, 3, 500, 380);
        credits.claimAllowance(1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT + 500));
        expectAllowance(1, 500, 3);
        expectTotals(3 * GRANT, 1000, 380, 0, 0);
    }

    function test_allowance__spent_beyond__expires_nothing() public {
        credits.claimAllowance(1);
        redeemed(paymentOf(1, 2, 700));
        expectAllowance(1, 0, 0);
        vm.warp(block.timestamp + EPOCH);
        vm.expectEmit(address(credits));
        emit ICreditLedger.AllowanceClaimed(1, 1, 500, 0);
        credits.claimAllowance(1);
        vm.assertEq(credits.balanceOf(1), int256(GRANT - 200 + 500));
    }

    function test_allowance__into_a_debt__fills_it_and_only_the_rest_can_expire() public {
        redeemed(paymentOf(1, 2, GRANT + 200));
        credits.claimAllowance(1);
        vm.assertEq(credits.balanceOf(1), int256(300));
        expectAllowance(1, 300, 0);
        redeemed(paymentOf(1, 2, GRANT + 900));
        vm.assertEq(credits.balanceOf(1), int256(-400));
        vm.warp(block.timestamp + EPOCH);
        entitlements.set(1, 600);
        credits.claimAllowance(1);
        vm.assertEq(credits.balanceOf(1), int256(-100));
        expectAllowance(1, 0, 1);
    }

    function test_allowance__income__does_not_add_to_what_is_unspent() public {
        credits.claimAllowance(1);
        redeemed(paymentOf(2, 1, 300));
        expectAllowance(1, 500, 0);
        redeemed(paymentOf(1, 3, 800));
        expectAllowance(1, 0, 0);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
    }

    function test_allowance__of_a_member_not_in_standing__refused() public {
        suspended(2);
        uint64[3] memory outside = [uint64(0), 9, 2];
        for (uint256 i = 0; i < outside.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICreditLedger.NotInStanding.selector, outside[i]));
            credits.claimAllowance(outside[i]);
        }
    }

    function test_allowance__without_a_quality_ledger__refused() public {
        credits = new CreditLedger(registry, parameters, address(this));
        vm.expectRevert(ICreditLedger.QualityLedgerNotSet.selector);
        credits.claimAllowance(1);
        vm.expectRevert(ICreditLedger.QualityLedgerNotSet.selector);
        credits.allowanceDue(1);
    }

    function test_quality_ledger__set_by_the_admin_alone__emits() public {
        vm.expectRevert(missingRole(address(this), bytes32(0)));
        credits.setQualityLedger(IQualityLedger(address(entitlements)));
        vm.expectEmit(address(credits));
        emit ICreditLedger.QualityLedgerSet(IQualityLedger(address(entitlements)));
        decided();
        credits.setQualityLedger(IQualityLedger(address(entitlements)));
    }

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

    function test_penalty__beyond_the_floor__is_taken_in_full_and_nobody_gets_it() public {
        credits.claimAllowance(1);
        vm.expectEmit(address(credits));
        emit ICreditLedger.Penalized(1, 4000, REF);
        credits.penalize(1, 4000, REF);
        vm.assertEq(credits.balanceOf(1), int256(GRANT + 500) - 4000);
        expectAllowance(1, 0, 0);
        expectTotals(3 * GRANT, 500, 0, 4000, 0);
        vm.assertEq(credits.outstanding(), int256(3 * GRANT + 500) - 4000);
    }

    function test_accountant__is_nobody_else__refused() public {
        bytes32 role = credits.ACCOUNTANT_ROLE();
        address[4] memory callers = [operator(1), governance(1), address(timelock), address(entitlements)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = missingRole(callers[i], role);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            credits.escrow(DISPUTE, 1, 2, 1);
            vm.expectRevert(refusal);
            credits.release(DISPUTE, 1);
            vm.expectRevert(refusal);
            credits.giveBack(DISPUTE);
            vm.expectRevert(refusal);
            credits.penalize(1, 1, REF);
            vm.stopPrank();
        }
    }

    function test_prices__an_amount_that_no_charges_add_up_to__refused() public {
        expectOutOfBounds(voucherOf(1, 2, 10, 3, 29));
        expectOutOfBounds(voucherOf(1, 2, 10, 3, 101));
        expectOutOfBounds(voucherOf(1, 2, 40, 3, 39));
        redeemed(voucherOf(1, 2, 10, 3, 30));
        redeemed(voucherOf(3, 2, 10, 3, 100));
    }

    function test_prices__of_every_version_up_to_the_named_one__bound_the_amount() public {
        decided();
        parameters.setPrices(5, 200);
        expectNotInForce(2, 1);
        expectNotInForce(0, 1);
        vm.warp(block.timestamp + EPOCH);
        expectNotInForce(3, 2);
        bytes memory refusal =
            abi.encodeWithSelector(ICreditLedger.AmountOutOfPriceBounds.selector, uint64(1), uint64(2), 101, 30, 100);
        expectRedeemRefused(1, 101, refusal);
        refusal =
            abi.encodeWithSelector(ICreditLedger.AmountOutOfPriceBounds.selector, uint64(1), uint64(2), 951, 30, 950);
        expectRedeemRefused(2, 951, refusal);
        ICreditLedger.Settlement memory settled = redeemedAt(2, 950);
        vm.assertEq(settled.paid, 950);
    }

    function test_hits__of_a_voucher_paid_in_part__can_be_rated_in_proportion() public {
        redeemed(paymentOf(1, 2, GRANT + FLOOR + 500));
        vm.assertEq(credits.redeemedOf(1, 2).hits, 100);
        vm.assertEq(credits.paidHitsOf(1, 2), 75);
        vm.assertEq(credits.paidHitsOf(2, 1), 0);
    }

    function test_hits__while_all_is_free__can_be_rated() public {
        decided();
        parameters.setPrices(0, 0);
        vm.warp(block.timestamp + EPOCH);
        redeemedAt(2, 0);
        vm.assertEq(credits.paidHitsOf(1, 2), 3);
    }

    function test_unspent__of_any_allowance__is_at_most_the_positive_balance(int96 balance, uint96 amount) public pure {
        uint256 unspent = Accounts.unspentOf(balance, amount);
        vm.assertLe(unspent, amount);
        vm.assertLe(unspent, balance > 0 ? uint256(int256(balance)) : 0);
        vm.assertTrue(unspent == amount || unspent == (balance > 0 ? uint256(int256(balance)) : 0));
    }

    function test_books__any_sequence_of_claims_payments_and_penalties__add_up(uint16[8] calldata moves) public {
        for (uint64 i = 0; i < moves.length; ++i) {
            uint64 memberId = 1 + moves[i] % 3;
            uint256 amount = moves[i] / 8;
            vm.warp(block.timestamp + EPOCH / 2);
            try credits.claimAllowance(memberId) {} catch {}
            if (moves[i] % 5 == 0) credits.penalize(memberId, amount, REF);
            if (moves[i] % 5 == 1) credits.escrow(keccak256(abi.encode(i)), memberId, 1 + memberId % 3, amount);
            if (moves[i] % 5 == 2 && i > 0) {
                try credits.release(keccak256(abi.encode(i - 1)), memberId) {} catch {}
            }
            int256 sum;
            for (uint64 j = 1; j <= FOUNDERS; ++j) {
                (uint256 unspent,) = credits.allowanceOf(j);
                sum += credits.balanceOf(j);
                if (unspent > 0) vm.assertGe(credits.balanceOf(j), int256(unspent));
            }
            vm.assertEq(sum, credits.outstanding());
        }
    }

    /// @dev This test is the ledger of ratings from now on.
    function rating() private {
        bytes32 role = credits.REBATE_ROLE();
        decided();
        credits.grantRole(role, address(this));
    }

    function redeemedAt(uint32 version, uint256 amount) private returns (ICreditLedger.Settlement memory) {
        expectRedeemRefused(version, amount, "");
        return credits.redeemedOf(1, 2);
    }

    /// @dev Ten queries and three hits under a price version; an empty refusal expects none.
    function expectRedeemRefused(uint32 version, uint256 amount, bytes memory refusal) private {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, amount);
        voucher.priceVersion = version;
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(1)));
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(operator(2));
        credits.redeem(vouchers, signatures);
    }

    function expectNotInForce(uint32 version, uint32 current) private {
        expectRedeemRefused(
            version, 70, abi.encodeWithSelector(ICreditLedger.PriceVersionNotInForce.selector, version, current)
        );
    }

    function expectOutOfBounds(Voucher memory voucher) private {
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(1)));
        uint256 least = voucher.queries > voucher.hits * HIT_FEE / 2 ? voucher.queries : voucher.hits * HIT_FEE / 2;
        vm.expectRevert(
            abi.encodeWithSelector(
                ICreditLedger.AmountOutOfPriceBounds.selector,
                uint64(1),
                uint64(2),
                voucher.amount,
                least,
                voucher.queries * QUERY_FEE + voucher.hits * HIT_FEE * 3 / 2
            )
        );
        vm.prank(operator(2));
        credits.redeem(vouchers, signatures);
    }

    function expectWrongState(bytes32 dispute, ICreditLedger.EscrowState state) private {
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.EscrowInState.selector, dispute, state));
    }

    function expectAllowance(uint64 memberId, uint256 unspent, uint64 epoch) private view {
        (uint256 left, uint64 claimedIn) = credits.allowanceOf(memberId);
        vm.assertEq(left, unspent);
        vm.assertEq(claimedIn, epoch);
    }

    function expectEscrow(bytes32 dispute, ICreditLedger.EscrowState state, uint256 amount) private view {
        ICreditLedger.Escrow memory entry = credits.escrowOf(dispute);
        vm.assertEq(uint8(entry.state), uint8(state));
        vm.assertEq(entry.payer, 1);
        vm.assertEq(entry.payee, 2);
        vm.assertEq(entry.amount, amount);
    }

    function expectTotals(uint256 granted, uint256 allowances, uint256 expired, uint256 penalties, uint256 escrowed)
        private
        view
    {
        ICreditLedger.Totals memory sums = credits.totals();
        vm.assertEq(sums.granted, granted);
        vm.assertEq(sums.allowances, allowances);
        vm.assertEq(sums.expired, expired);
        vm.assertEq(sums.penalties, penalties);
        vm.assertEq(sums.escrowed, escrowed);
    }
}
