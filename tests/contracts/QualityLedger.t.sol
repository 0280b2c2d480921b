// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Scores} from "../../contracts/libraries/Scores.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract QualityLedgerTest is World {
    function setUp() public override {
        super.setUp();
        redeemed(voucherOf(1, 2, 100, 10, 300));
        redeemed(voucherOf(3, 2, 100, 4, 100));
    }

    function test_score__without_ratings__is_half() public view {
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.assertEq(quality.scoreOf(2, 1), 5000);
        vm.assertEq(quality.liveScoreOf(2), 5000);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE);
    }

    function test_rate__several__emits_with_the_epoch_and_counts() public {
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](2);
        ratings[0] = IQualityLedger.Rating(2, 1, 5, 1);
        ratings[1] = IQualityLedger.Rating(2, 4, 0, 2);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Rated(1, 2, 1, 5, 1, 0);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Rated(1, 2, 4, 0, 2, 0);
        vm.prank(operator(1));
        quality.rate(ratings);
        vm.assertEq(quality.ratedOf(1, 2), 8);
        vm.assertEq(quality.liveScoreOf(2), uint256(10_000 * 15) / (5 + 6 + 20));
    }

    function test_score__within_an_epoch__is_fixed_and_turns_with_the_next() public {
        rate(1, 2, 1, 6, 0);
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE);
        vm.warp(START + EPOCH - 1);
        vm.assertEq(quality.scoreOf(2), 5000);
        vm.warp(START + EPOCH);
        uint256 first = uint256(10_000 * 16) / 26;
        vm.assertEq(quality.scoreOf(2), first);
        vm.assertEq(quality.scoreOf(2, 1), first);
        vm.assertEq(quality.scoreOf(2, 2), 5000);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE * (5000 + first) / 10_000);
        rate(1, 2, 2, 0, 4);
        rate(3, 2, 1, 1, 0);
        vm.assertEq(quality.scoreOf(2), first);
        vm.assertEq(quality.liveScoreOf(2), uint256(10_000 * 17) / (7 + 8 + 20));
        vm.warp(START + 5 * EPOCH);
        vm.assertEq(quality.scoreOf(2), uint256(10_000 * 17) / (7 + 8 + 20));
        vm.assertEq(quality.scoreOf(2, 2), uint256(10_000 * 10) / 28);
    }

    function test_rate__more_than_the_redeemed_hits__refused() public {
        rate(1, 2, 1, 9, 0);
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 2, 1, 1),
            abi.encodeWithSelector(IQualityLedger.RatingsExceedHits.selector, uint64(1), uint64(2), 11, uint64(10))
        );
        rate(1, 2, 2, 0, 1);
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 2, 1, 0),
            abi.encodeWithSelector(IQualityLedger.RatingsExceedHits.selector, uint64(1), uint64(2), 11, uint64(10))
        );
        redeemed(voucherOf(1, 2, 101, 11, 330));
        rate(1, 2, 2, 1, 0);
    }

    function test_rate__the_greatest_numbers__do_not_wrap_around() public {
        uint32 max = type(uint32).max;
        expectRefusal(
            1,
            IQualityLedger.Rating(2, 1, max, max),
            abi.encodeWithSelector(
                IQualityLedger.RatingsExceedHits.selector, uint64(1), uint64(2), 2 * uint256(max), uint64(10)
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

    function test_hit_price__after_new_prices__follows_the_epoch() public {
        decided();
        parameters.setPrices(1, 41);
        vm.assertEq(quality.hitPriceOf(2), HIT_FEE);
        vm.warp(START + EPOCH);
        vm.assertEq(quality.hitPriceOf(2), 41);
    }

    function test_score__any_counts__stays_in_range_and_moves_the_right_way(uint64 confirmed, uint64 refuted)
        public
        pure
    {
        uint256 score = Scores.bps(confirmed, refuted);
        vm.assertLe(score, 10_000);
        vm.assertLe(score, Scores.bps(uint256(confirmed) + 1, refuted));
        vm.assertLe(Scores.bps(confirmed, uint256(refuted) + 1), score);
        uint256 denominator = uint256(confirmed) + 2 * uint256(refuted) + 20;
        uint256 numerator = 10_000 * (uint256(confirmed) + 10);
        vm.assertTrue(score * denominator <= numerator && numerator < (score + 1) * denominator);
    }

    function test_hit_price__any_fee_and_score__is_between_half_and_one_and_a_half(uint96 fee, uint256 score)
        public
        pure
    {
        score = bounded(score, 0, 10_000);
        uint256 price = Scores.hitPrice(fee, score);
        vm.assertLe(uint256(fee) / 2, price);
        vm.assertLe(price, uint256(fee) * 3 / 2);
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
