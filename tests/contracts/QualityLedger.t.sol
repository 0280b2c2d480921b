// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {BreachKinds} from "../../contracts/types/Breaches.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract QualityLedgerTest is World {
    bytes32 private constant REF = keccak256("a batch");

    uint256 private rebates;

    function setUp() public override {
        super.setUp();
        redeemed(voucherOf(1, 2, 100, 50, 600));
        redeemed(voucherOf(3, 2, 100, 40, 400));
        redeemed(voucherOf(2, 1, 100, 50, 500));
    }

    function test_score__of_a_new_member__is_half_and_its_entitlement_the_floor() public view {
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.assertEq(quality.scoreOf(2, 1), 5000);
        vm.assertEq(quality.liveScoreOf(2), 5000);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE);
        vm.assertEq(quality.freshnessOf(2), 10_000);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR);
        vm.assertEq(quality.entitlementOf(99), ENTITLEMENT_FLOOR);
    }

    function test_rate__several__emits_with_the_epoch_and_counts() public {
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](2);
        ratings[0] = IQualityLedger.Rating(2, 1, 25, 1);
        ratings[1] = IQualityLedger.Rating(2, 4, 3, 2);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Rated(1, 2, 1, 25, 1, 0);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Rated(1, 2, 4, 3, 2, 0);
        vm.prank(operator(1));
        quality.rate(ratings);
        vm.assertEq(quality.ratedOf(1, 2), 31);
        vm.assertEq(quality.liveScoreOf(2), uint256(10_000) * (17_784 + 10_000) / (17_784 + 2 * 2215 + 20_000));
    }

    function test_score__within_an_epoch__is_fixed_and_turns_with_the_next() public {
        rate(1, 2, 1, 6, 0);
        vm.warp(START + EPOCH - 1);
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR);
        vm.warp(START + EPOCH);
        uint256 first = uint256(10_000 * 16) / 26;
        vm.assertEq(quality.scoreOf(2), first);
        vm.assertEq(quality.scoreOf(2, 1), first);
        vm.assertEq(quality.scoreOf(2, 2), 5000);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE * (5000 + first) / 10_000);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR + 6 * PER_RATING * first / 10_000);
        rate(1, 2, 2, 0, 4);
        rate(3, 2, 1, 1, 0);
        vm.assertEq(quality.scoreOf(2), first);
        vm.warp(START + 2 * EPOCH);
        (uint256 confirmed, uint256 refuted) = quality.weightsOf(2);
        vm.assertEq(confirmed, 6 * 875 + 1000);
        vm.assertEq(refuted, 4000);
    }

    function test_score__without_new_evidence__goes_back_towards_half_of_half() public {
        rate(1, 2, 1, 20, 0);
        publish(2, 1, 1000);
        uint256 last = 10_000;
        for (uint256 epoch = 1; epoch < 40; ++epoch) {
            vm.warp(START + epoch * EPOCH);
            vm.assertTrue(quality.scoreOf(2) < last);
            last = quality.scoreOf(2);
        }
        vm.assertLe(last, 2600);
        vm.assertLe(quality.entitlementOf(2), ENTITLEMENT_FLOOR + 50);
    }

    function test_rate__beyond_the_cap__is_heard_in_proportion_and_newer_ratings_prevail() public {
        rate(1, 2, 1, 20, 20);
        vm.warp(START + EPOCH);
        requireWeights(2, 10_000, 10_000);
        rate(1, 2, 1, 9, 1); // 8750 and 8750 are left of the first
        vm.warp(START + 2 * EPOCH);
        requireWeights(2, 12_909, 7090);
    }

    function test_rate__in_another_category__moves_the_voice_of_the_whole_and_not_that_of_the_first() public {
        rate(1, 2, 1, 20, 0);
        rate(1, 2, 4, 0, 20);
        vm.warp(START + EPOCH);
        requireWeights(2, 10_000, 10_000);
        vm.assertEq(quality.scoreOf(2, 1), uint256(10_000) * 30 / 40);
        vm.assertEq(quality.scoreOf(2, 4), uint256(10_000) * 10 / 60);
    }

    function test_rate__two_members_confirm_each_other__share_one_cap() public {
        rate(1, 2, 1, 15, 0);
        rate(2, 1, 1, 15, 0);
        vm.warp(START + EPOCH);
        requireWeights(2, 15_000, 0);
        requireWeights(1, 5000, 0);
    }

    function test_rate__refuting_who_confirms_one__is_heard_in_full() public {
        rate(1, 2, 1, 20, 0);
        rate(2, 1, 1, 0, 30);
        vm.warp(START + EPOCH);
        requireWeights(1, 0, 20_000);
    }

    function test_rate__more_than_the_redeemed_hits__refused() public {
        rate(1, 2, 1, 49, 0);
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 2, 1, 1),
            abi.encodeWithSelector(IQualityLedger.RatingsExceedHits.selector, uint64(1), uint64(2), 51, uint64(50))
        );
        rate(1, 2, 2, 0, 1);
        redeemed(voucherOf(1, 2, 101, 51, 640));
        rate(1, 2, 2, 1, 0);
    }

    function test_rate__the_greatest_numbers__do_not_wrap_around() public {
        uint32 max = type(uint32).max;
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 1, max, max),
            abi.encodeWithSelector(
                IQualityLedger.RatingsExceedHits.selector, uint64(1), uint64(2), 2 * uint256(max), uint64(50)
            )
        );
    }

    function test_rate__nobody_hit_oneself_or_an_unknown_member__refused() public {
        uint64[3] memory holders = [uint64(3), 1, 9];
        for (uint256 i = 0; i < holders.length; ++i) {
            expectRefusal(
                1,
                IQualityLedger.Rating(holders[i], 1, 1, 0),
                abi.encodeWithSelector(IQualityLedger.RatingsExceedHits.selector, uint64(1), holders[i], 1, uint64(0))
            );
        }
    }

    function test_rate__nothing__refused() public {
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 1, 0, 0),
            abi.encodeWithSelector(IQualityLedger.EmptyRating.selector, uint64(2), uint8(1))
        );
    }

    function test_rate__by_anyone_but_an_operator_in_standing__refused() public {
        suspended(1);
        address[4] memory callers = [address(this), governance(3), operator(1), governance(1)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IQualityLedger.NotOperatorInStanding.selector, callers[i]));
            vm.prank(callers[i]);
            quality.rate(one(IQualityLedger.Rating(2, 1, 1, 0)));
        }
    }

    function test_freshness__of_many_changes__saturates_and_fades() public {
        publish(2, 1, 5);
        vm.assertEq(quality.freshnessOf(2), 10_000);
        vm.warp(START + EPOCH);
        vm.assertEq(quality.freshnessOf(2), 8750);
        publish(2, 2, 60_000);
        publish(2, 3, 39_900);
        vm.assertEq(quality.freshnessOf(2), 8750);
        vm.warp(START + 2 * EPOCH);
        vm.assertEq(quality.freshnessOf(2), 9990);
        vm.warp(START + 3 * EPOCH);
        vm.assertEq(quality.freshnessOf(2), 8741);
    }

    function test_freshness__of_empty_and_one_record_changes__is_fed_by_none() public {
        publish(2, 1, 5);
        vm.warp(START + EPOCH);
        vm.expectEmit(address(quality));
        emit IQualityLedger.FreshnessNoted(2, 0, 1);
        publish(2, 2, 0);
        for (uint64 sequence = 3; sequence < 300; ++sequence) {
            publish(2, sequence, 1);
        }
        vm.warp(START + 2 * EPOCH);
        vm.assertEq(quality.freshnessOf(2), 7656);
    }

    function test_breaches__each_one__takes_a_quarter_from_the_next_epoch_on_and_fades() public {
        vm.expectEmit(address(quality));
        emit IQualityLedger.Breached(2, BreachKinds.UNANSWERED_REPORT, REF, 0);
        breach(2, BreachKinds.UNANSWERED_REPORT, REF);
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.warp(START + EPOCH);
        vm.assertEq(quality.scoreOf(2), 3750);
        vm.warp(START + 2 * EPOCH);
        vm.assertEq(quality.scoreOf(2), uint256(5000) * (10_000 - 2187) / 10_000);
        for (uint256 i = 0; i < 9; ++i) {
            breach(2, BreachKinds.DISPUTE, bytes32(i));
        }
        vm.warp(START + 3 * EPOCH);
        vm.assertEq(quality.scoreOf(2), 0);
        vm.assertEq(quality.scoreOf(2, 1), 0);
        (uint64 count, uint16 taken) = quality.breachesOf(2);
        vm.assertEq(count, 10);
        vm.assertEq(taken, 10_000);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR);
    }

    function test_breach__recorded_twice_or_of_nobody__refused() public {
        breach(2, 1, REF);
        breach(2, 2, REF);
        breach(1, 1, REF);
        vm.expectRevert(abi.encodeWithSelector(IQualityLedger.BreachAlreadyRecorded.selector, uint64(2), uint8(1), REF));
        breach(2, 1, REF);
        uint64[2] memory nobody = [uint64(0), 4];
        for (uint256 i = 0; i < nobody.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IQualityLedger.NoSuchMember.selector, nobody[i]));
            breach(nobody[i], 1, REF);
        }
    }

    function test_roles__of_whoever_has_them_not__are_refused() public {
        address[3] memory callers = [address(this), operator(1), governance(1)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes32[3] memory roles = [quality.FRESHNESS_ROLE(), quality.REPORTER_ROLE(), quality.GOVERNOR_ROLE()];
            bytes[3] memory calls = [
                abi.encodeCall(quality.noteFreshness, (1, 10)),
                abi.encodeCall(quality.recordBreach, (1, 1, REF)),
                abi.encodeCall(quality.setCreditLedger, (credits))
            ];
            for (uint256 j = 0; j < calls.length; ++j) {
                vm.prank(callers[i]);
                (bool success, bytes memory why) = address(quality).call(calls[j]);
                vm.assertFalse(success);
                vm.assertEq(why, missingRole(callers[i], roles[j]));
            }
        }
    }

    function test_credit_ledger__replaced_by_a_vote__is_the_one_that_hits_are_read_from() public {
        vm.expectEmit(address(quality));
        emit IQualityLedger.CreditLedgerSet(ICreditLedger(address(this)));
        decided();
        quality.setCreditLedger(ICreditLedger(address(this)));
        rate(3, 1, 1, 7, 0);
        vm.assertEq(quality.ratedOf(3, 1), 7);
        vm.assertEq(rebates, 7);
    }

    function test_rate__paid_hits__earns_back_from_each_holder() public {
        redeemed(voucherOf(1, 3, 100, 4, 120));
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](2);
        (ratings[0], ratings[1]) = (IQualityLedger.Rating(2, 1, 5, 2), IQualityLedger.Rating(3, 1, 0, 4));
        int256[4] memory before = [int256(0), credits.balanceOf(1), credits.balanceOf(2), credits.balanceOf(3)];
        vm.prank(operator(1));
        quality.rate(ratings);
        vm.assertEq(credits.balanceOf(1), before[1] + 11);
        vm.assertEq(credits.balanceOf(2), before[2] - 7);
        vm.assertEq(credits.balanceOf(3), before[3] - 4);
    }

    /// @dev Stands in for another ledger, as does the next.
    function rebate(uint64, uint64, uint256 ratings) external {
        rebates += ratings;
    }

    function paidHitsOf(uint64, uint64) external pure returns (uint64) {
        return 7;
    }

    function test_entitlement__governed_numbers__bound_it() public {
        rate(1, 2, 1, 20, 0);
        rate(3, 2, 1, 20, 0);
        vm.warp(START + EPOCH);
        uint256 score = quality.scoreOf(2);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR + 40 * PER_RATING * score / 10_000);
        set("entitlement_ceiling", 12_000);
        vm.assertEq(quality.entitlementOf(2), 12_000);
        set("entitlement_ceiling", 0);
        vm.assertEq(quality.entitlementOf(2), ENTITLEMENT_FLOOR);
        set("entitlement_floor", 3);
        set("entitlement_per_rating", 0);
        vm.assertEq(quality.entitlementOf(2), 3);
    }

    function test_hit_price__after_new_prices__follows_the_epoch() public {
        decided();
        parameters.setPrices(1, 41);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE);
        vm.warp(START + EPOCH);
        vm.assertEq(quality.hitPriceOf(2), 41);
    }

    function requireWeights(uint64 holder, uint256 confirmed, uint256 refuted) private view {
        (uint256 confirmedNow, uint256 refutedNow) = quality.weightsOf(holder);
        vm.assertEq(confirmedNow, confirmed);
        vm.assertEq(refutedNow, refuted);
    }

    function set(bytes memory name, uint256 value) private {
        decided();
        parameters.set(keccak256(name), value);
    }

    function publish(uint64 holder, uint64 sequence, uint32 changed) private {
        vm.prank(operator(holder));
        datasets.publish(sequence, keccak256(abi.encode(sequence)), 1, 1, changed);
    }

    function breach(uint64 memberId, uint8 kind, bytes32 ref) private {
        vm.prank(address(queries));
        quality.recordBreach(memberId, kind, ref);
    }

    function rate(uint64 requester, uint64 holder, uint8 category, uint32 confirmed, uint32 refuted) private {
        vm.prank(operator(requester));
        quality.rate(one(IQualityLedger.Rating(holder, category, confirmed, refuted)));
    }

    function expectRefusal(uint64 requester, IQualityLedger.Rating memory rating, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(operator(requester));
        quality.rate(one(rating));
    }

    function one(IQualityLedger.Rating memory rating) private pure returns (IQualityLedger.Rating[] memory list) {
        list = new IQualityLedger.Rating[](1);
        list[0] = rating;
    }
}
