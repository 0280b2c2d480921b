// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {Accounts} from "../../contracts/libraries/Accounts.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract CreditLedgerTest is World {
    function test_grant__to_a_member_in_standing__once_by_anyone() public {
        admitted(4);
        vm.expectEmit(address(credits));
        emit ICreditLedger.Granted(4, GRANT);
        vm.prank(address(0xCAFE));
        credits.claimGrant(4);
        vm.assertEq(credits.balanceOf(4), int256(GRANT));
        vm.assertEq(credits.totals().granted, 4 * GRANT);
        vm.assertTrue(credits.grantClaimed(4));
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.GrantAlreadyClaimed.selector, uint64(4)));
        credits.claimGrant(4);
    }

    function test_grant__to_a_member_not_in_standing__refused() public {
        uint64[3] memory outside = [uint64(0), 9, 4];
        admitted(4);
        suspended(4);
        for (uint256 i = 0; i < outside.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICreditLedger.NotInStanding.selector, outside[i]));
            credits.claimGrant(outside[i]);
        }
    }

    function test_redeem__a_voucher__pays_and_emits() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        vm.expectEmit(address(credits));
        emit ICreditLedger.Redeemed(1, 2, 10, 3, 70, 70);
        redeemed(voucher);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - 70);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 70);
        expectSettled(1, 2, 70, 10, 3);
        expectSettled(2, 1, 0, 0, 0);
    }

    function test_redeem__a_greater_voucher__pays_the_difference() public {
        redeemed(voucherOf(1, 2, 10, 3, 70));
        vm.expectEmit(address(credits));
        emit ICreditLedger.Redeemed(1, 2, 15, 3, 75, 5);
        redeemed(voucherOf(1, 2, 15, 3, 75));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 75);
    }

    function test_redeem__the_same_voucher_again__refused() public {
        redeemed(voucherOf(1, 2, 10, 3, 70));
        expectNotGreater(voucherOf(1, 2, 10, 3, 70));
        expectNotGreater(voucherOf(1, 3, 0, 0, 0));
    }

    function test_redeem__a_voucher_smaller_in_one_respect__refused() public {
        redeemed(voucherOf(1, 2, 10, 3, 70));
        expectNotGreater(voucherOf(1, 2, 9, 4, 80));
        expectNotGreater(voucherOf(1, 2, 11, 2, 80));
        expectNotGreater(voucherOf(1, 2, 11, 4, 69));
    }

    function test_redeem__the_same_voucher_twice_in_a_call__refused_as_a_whole() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        bytes memory signed = signature(voucher, operatorKey(1));
        (Voucher[] memory vouchers, bytes[] memory signatures) = (new Voucher[](2), new bytes[](2));
        (vouchers[0], vouchers[1], signatures[0], signatures[1]) = (voucher, voucher, signed, signed);
        expectVoucherNotGreater(voucher);
        vm.prank(operator(2));
        credits.redeem(vouchers, signatures);
        vm.assertEq(credits.balanceOf(2), int256(GRANT));
    }

    function test_redeem__beyond_the_floor__pays_down_to_it_and_the_rest_later() public {
        uint256 room = GRANT + FLOOR;
        Voucher memory voucher = paymentOf(1, 2, room + 200);
        vm.expectEmit(address(credits));
        emit ICreditLedger.Redeemed(1, 2, 1700, 85, room + 200, room);
        redeemed(voucher);
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR));
        vm.expectEmit(address(credits));
        emit ICreditLedger.Redeemed(1, 2, 1700, 85, room + 200, 0);
        redeemed(voucher);
        redeemed(paymentOf(3, 1, 150));
        vm.expectEmit(address(credits));
        emit ICreditLedger.Redeemed(1, 2, 1700, 85, room + 200, 150);
        redeemed(voucher);
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR));
        redeemed(paymentOf(3, 1, 350));
        redeemed(voucher);
        expectSettled(1, 2, room + 200, 1700, 85);
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR) + 150);
        expectNotGreater(voucher);
    }

    function test_redeem__below_a_raised_floor__pays_nothing_and_takes_nothing() public {
        redeemed(paymentOf(1, 2, GRANT + FLOOR));
        decided();
        parameters.set(keccak256("credit_floor"), 100);
        redeemed(paymentOf(1, 2, GRANT + FLOOR + 10));
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR));
        vm.assertEq(credits.redeemedOf(1, 2).paid, GRANT + FLOOR);
    }

    function test_redeem__by_anyone_but_the_holders_operator__refused() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(1)));
        address[4] memory callers = [operator(1), operator(3), governance(2), address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICreditLedger.NotOperatorOfHolder.selector, uint64(2), callers[i]));
            vm.prank(callers[i]);
            credits.redeem(vouchers, signatures);
        }
    }

    function test_redeem__for_holder_zero_by_a_stranger__refused() public {
        Voucher memory voucher = voucherOf(1, 0, 10, 3, 70);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, operatorKey(1)));
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.NotOperatorOfHolder.selector, uint64(0), address(this)));
        credits.redeem(vouchers, signatures);
    }

    function test_redeem__by_holders_of_any_status__allowed() public {
        suspended(2);
        redeemed(paymentOf(1, 2, 5));
        left(2);
        redeemed(paymentOf(1, 2, 6));
        decided();
        registry.expel(3);
        redeemed(paymentOf(1, 3, 7));
        redeemed(paymentOf(3, 2, 8));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 14);
    }

    function test_redeem__from_oneself__refused() public {
        Voucher memory voucher = voucherOf(1, 1, 10, 3, 0);
        expectRefusal(
            voucher,
            signature(voucher, operatorKey(1)),
            abi.encodeWithSelector(ICreditLedger.VoucherToOneself.selector, uint64(1))
        );
    }

    function test_redeem__an_amount_over_64_bits__refused() public {
        uint256 max = type(uint64).max;
        Voucher memory voucher = voucherOf(1, 2, 10, 3, max + 1);
        expectRefusal(
            voucher,
            signature(voucher, operatorKey(1)),
            abi.encodeWithSelector(ICreditLedger.AmountTooLarge.selector, max + 1, max)
        );
    }

    function test_redeem__the_greatest_totals__paid_down_to_the_floor() public {
        uint64 most = type(uint48).max;
        redeemed(voucherOf(1, 2, most, most, uint256(most) * 21));
        vm.assertEq(credits.balanceOf(1), -int256(FLOOR));
        vm.assertEq(credits.redeemedOf(1, 2).amount, uint256(most) * 21);
    }

    function test_redeem__counts_over_48_bits__refused() public {
        uint64 over = uint64(type(uint48).max) + 1;
        Voucher[2] memory list = [voucherOf(1, 2, over, 3, 70), voucherOf(1, 2, 10, over, 70)];
        for (uint256 i = 0; i < list.length; ++i) {
            expectRefusal(
                list[i],
                signature(list[i], operatorKey(1)),
                abi.encodeWithSelector(
                    ICreditLedger.CountTooLarge.selector, list[i].queries, list[i].hits, type(uint48).max
                )
            );
        }
    }

    function test_redeem__signed_by_another_key_or_tampered_with__refused() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        bytes memory refusal = abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(1), uint64(2));
        expectRefusal(voucher, signature(voucher, governanceKey(1)), refusal);
        expectRefusal(voucher, signature(voucher, operatorKey(2)), refusal);
        bytes memory signed = signature(voucher, operatorKey(1));
        voucher.amount = 71;
        expectRefusal(voucher, signed, refusal);
        expectRefusal(voucher, "", refusal);
    }

    function test_redeem__with_a_malleated_or_short_signature__refused() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        bytes memory refusal = abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(1), uint64(2));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(operatorKey(1), digest(voucher));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 high = bytes32(order - uint256(s));
        expectRefusal(voucher, abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27)), refusal);
        expectRefusal(voucher, abi.encodePacked(r, s), refusal);
        expectRefusal(voucher, abi.encodePacked(r, s, v - 27), refusal);
        expectRefusal(voucher, abi.encodePacked(r, s, v, uint8(0)), refusal);
        bytes32 compact = bytes32(uint256(s) | (uint256(v - 27) << 255));
        expectRefusal(voucher, abi.encodePacked(r, compact), refusal);
    }

    function test_redeem__signed_for_another_ledger__refused() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        bytes memory signed = signature(voucher, operatorKey(1));
        credits = new CreditLedger(registry, parameters, address(this));
        expectRefusal(
            voucher, signed, abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(1), uint64(2))
        );
    }

    function test_redeem__signed_for_another_chain__refused() public {
        Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
        bytes memory signed = signature(voucher, operatorKey(1));
        vm.chainId(block.chainid + 1);
        expectRefusal(
            voucher, signed, abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(1), uint64(2))
        );
    }

    function test_redeem__with_a_key_version_that_does_not_exist__refused() public {
        uint32[2] memory versions = [uint32(0), 2];
        for (uint256 i = 0; i < versions.length; ++i) {
            Voucher memory voucher = voucherOf(1, 2, 10, 3, 70);
            voucher.keyVersion = versions[i];
            expectRefusal(
                voucher,
                signature(voucher, operatorKey(1)),
                abi.encodeWithSelector(ICreditLedger.UnknownKeyVersion.selector, uint64(1), versions[i])
            );
        }
        Voucher memory unknown = voucherOf(9, 2, 10, 3, 70);
        expectRefusal(
            unknown,
            signature(unknown, operatorKey(1)),
            abi.encodeWithSelector(ICreditLedger.UnknownKeyVersion.selector, uint64(9), uint32(1))
        );
    }

    function test_redeem__after_the_requester_rotated__needs_the_key_of_the_named_version() public {
        rotated(1, operatorKey(11), 0);
        redeemed(voucherOf(1, 2, 10, 3, 70), operatorKey(1));
        Voucher memory voucher = voucherOf(1, 2, 11, 3, 71);
        voucher.keyVersion = 2;
        expectRefusal(
            voucher,
            signature(voucher, operatorKey(1)),
            abi.encodeWithSelector(ICreditLedger.WrongSignature.selector, uint64(1), uint64(2))
        );
        redeemed(voucher, operatorKey(11));
        vm.assertEq(credits.balanceOf(2), int256(GRANT) + 71);
    }

    function test_redeem__under_a_replaced_key__for_one_epoch_after_its_grace() public {
        rotated(1, operatorKey(11), 100);
        uint256 until = block.timestamp + 100 + EPOCH;
        vm.warp(until);
        redeemed(paymentOf(1, 2, 70));
        expectExpired(paymentOf(1, 2, 80), until);
        Voucher memory renewed = paymentOf(1, 2, 80);
        renewed.keyVersion = 2;
        redeemed(renewed, operatorKey(11));
    }

    function test_redeem__of_or_by_a_member_that_ended__for_one_epoch_more() public {
        left(1);
        uint256 until = block.timestamp + EPOCH;
        vm.warp(block.timestamp + 60);
        decided();
        registry.expel(2);
        vm.warp(until);
        redeemed(paymentOf(1, 2, 70));
        redeemed(paymentOf(1, 3, 70));
        expectExpired(paymentOf(1, 2, 80), until);
        expectExpired(paymentOf(1, 3, 80), until);
        vm.warp(until + 59);
        redeemed(paymentOf(3, 2, 70));
        vm.warp(until + 60);
        expectExpired(paymentOf(3, 2, 80), until + 60);
    }

    function test_redeem__more_vouchers_than_signatures__refused() public {
        Voucher[] memory vouchers = new Voucher[](2);
        bytes[] memory signatures = new bytes[](1);
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.LengthMismatch.selector, 2, 1));
        vm.prank(operator(2));
        credits.redeem(vouchers, signatures);
    }

    function test_coverable__any_numbers__never_falls_below_the_floor_nor_exceeds_what_is_owed(
        int128 balance,
        uint96 floor,
        uint96 owed
    ) public pure {
        int256 bottom = -int256(uint256(floor));
        uint256 paid = Accounts.coverable(balance, bottom, owed);
        vm.assertLe(paid, owed);
        if (paid > 0) vm.assertGe(int256(balance) - int256(paid), bottom);
        if (paid < owed) vm.assertTrue(int256(balance) - int256(paid) <= bottom);
    }

    function test_redeem__any_growing_series__pays_each_credit_once(uint96[5] calldata steps) public {
        uint256 amount;
        for (uint64 i = 0; i < steps.length; ++i) {
            amount += 1 + steps[i] % 500;
            redeemed(paymentOf(1, 2, amount));
            uint256 expected = amount < GRANT + FLOOR ? amount : GRANT + FLOOR;
            vm.assertEq(credits.redeemedOf(1, 2).paid, expected);
            vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(expected));
            vm.assertEq(credits.balanceOf(2), int256(GRANT) + int256(expected));
        }
    }

    function expectRefusal(Voucher memory voucher, bytes memory signed, bytes memory refusal) private {
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signed);
        vm.expectRevert(refusal);
        vm.prank(operator(voucher.holder));
        credits.redeem(vouchers, signatures);
    }

    /// @dev A second after `until` the voucher is refused.
    function expectExpired(Voucher memory voucher, uint256 until) private {
        vm.warp(until + 1);
        expectRefusal(
            voucher,
            signature(voucher, operatorKey(voucher.requester)),
            abi.encodeWithSelector(
                ICreditLedger.VoucherExpired.selector, voucher.requester, voucher.holder, until, until + 1
            )
        );
    }

    function expectNotGreater(Voucher memory voucher) private {
        (Voucher[] memory vouchers, bytes[] memory signatures) =
            single(voucher, signature(voucher, operatorKey(voucher.requester)));
        expectVoucherNotGreater(voucher);
        vm.prank(operator(voucher.holder));
        credits.redeem(vouchers, signatures);
    }

    function expectVoucherNotGreater(Voucher memory voucher) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICreditLedger.VoucherNotGreater.selector,
                voucher.requester,
                voucher.holder,
                voucher.queries,
                voucher.hits,
                voucher.amount
            )
        );
    }

    function expectSettled(uint64 requester, uint64 holder, uint256 paid, uint64 count, uint64 hits) private view {
        ICreditLedger.Settlement memory settled = credits.redeemedOf(requester, holder);
        vm.assertEq(settled.paid, paid);
        vm.assertEq(settled.queries, count);
        vm.assertEq(settled.hits, hits);
    }
}
