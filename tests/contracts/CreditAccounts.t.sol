// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Accounts} from "../../contracts/libraries/Accounts.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {AccountsWorld} from "./AccountsWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Allowances, penalties, prices, and what is paid.
contract CreditAccountsTest is AccountsWorld {
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
}
