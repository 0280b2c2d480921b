// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Fading} from "../../contracts/libraries/Fading.sol";
import {QualityBook} from "../../contracts/libraries/QualityBook.sol";
import {Scores} from "../../contracts/libraries/Scores.sol";
import {vm} from "./Vm.sol";

/// @dev Every step of the arithmetic with any numbers that the ledger can hold.
contract QualityArithmeticTest {
    using QualityBook for QualityBook.Book;
    using QualityBook for QualityBook.Tally;

    QualityBook.Book private book;

    function test_score__any_weights__stays_in_range_and_moves_the_right_way(
        uint48 confirmed,
        uint48 refuted,
        uint16 fresh,
        uint16 breaches
    ) public pure {
        (uint256 freshBps, uint256 breachBps) = (uint256(fresh) % 10_000, uint256(breaches) % 10_000);
        uint256 score = Scores.bps(confirmed, refuted, freshBps, breachBps);
        vm.assertLe(score, 10_000);
        vm.assertLe(score, Scores.bps(uint256(confirmed) + 1, refuted, freshBps, breachBps));
        vm.assertLe(Scores.bps(confirmed, uint256(refuted) + 1, freshBps, breachBps), score);
        vm.assertLe(score, Scores.bps(confirmed, refuted, freshBps + 1, breachBps));
        vm.assertLe(Scores.bps(confirmed, refuted, freshBps, breachBps + 1), score);
    }

    function test_freshness__any_changes__saturates(uint64 changed) public pure {
        uint256 fresh = Scores.freshnessOf(changed);
        vm.assertLe(fresh, 10_000);
        vm.assertLe(fresh, Scores.freshnessOf(uint256(changed) + 1));
        vm.assertLe(Scores.freshnessOf(2 * uint256(changed)), 2 * fresh + 1);
    }

    function test_entitlement__any_numbers__lies_between_floor_and_ceiling(
        uint48 confirmed,
        uint16 score,
        uint48 floor,
        uint32 perRating,
        uint48 ceiling
    ) public pure {
        uint256 scoreBps = uint256(score) % 10_001;
        uint256 earned = Scores.entitlement(confirmed, scoreBps, floor, perRating, ceiling);
        vm.assertLe(floor, earned);
        vm.assertLe(earned, floor > ceiling ? floor : ceiling);
        vm.assertLe(earned, Scores.entitlement(uint256(confirmed) + 1, scoreBps, floor, perRating, ceiling));
    }

    function test_hit_price__any_fee_and_score__is_between_half_and_one_and_a_half(uint96 fee, uint16 score)
        public
        pure
    {
        uint256 price = Scores.hitPrice(fee, uint256(score) % 10_001);
        vm.assertLe(uint256(fee) / 2, price);
        vm.assertLe(price, uint256(fee) * 3 / 2);
    }

    function test_fading__in_two_steps__is_fading_once(uint64 value, uint8 first, uint8 second) public pure {
        uint256 epochs = uint256(first) + second;
        vm.assertEq(Fading.down(Fading.down(value, first), second), Fading.down(value, epochs));
        vm.assertEq(Fading.up(Fading.up(value, first), second), Fading.up(value, epochs));
        vm.assertLe(Fading.down(value, epochs), Fading.up(value, epochs));
    }

    function test_fading__over_all_of_time__ends(uint64 value) public pure {
        vm.assertEq(Fading.down(value, type(uint256).max), 0);
        vm.assertLe(Fading.up(value, type(uint256).max), 7);
        vm.assertEq(Fading.down(value, 350), 0);
    }

    /// @dev Two members do nothing but rate each other, as much as they like, whenever they like.
    function test_two_members_that_collude__weigh_within_one_cap_together(uint256[24] calldata moves) public {
        uint64 epoch;
        for (uint256 i = 0; i < moves.length; ++i) {
            epoch += uint64(moves[i] % 3);
            (uint64 from, uint64 to) = moves[i] & 8 == 0 ? (uint64(1), uint64(2)) : (uint64(2), uint64(1));
            book.rate(from, to, 1, epoch, uint32(moves[i] >> 16) % 50, uint32(moves[i] >> 64) % 50);
            for (uint64 later = epoch; later < epoch + 3; ++later) {
                (uint256 ones, uint256 refuted) = book.tallies[1][QualityBook.ALL].weights(later + 1);
                (uint256 twos,) = book.tallies[2][QualityBook.ALL].weights(later + 1);
                vm.assertLe(ones + twos, Scores.PAIR_CAP);
                vm.assertLe(ones + refuted, Scores.PAIR_CAP);
            }
        }
    }

    /// @dev However many ratings come from however few raters, each has one voice, in the proportion of its ratings.
    function test_raters__whatever_they_rate__have_one_voice_each(uint256[16] calldata moves) public {
        uint64 epoch;
        for (uint256 i = 0; i < moves.length; ++i) {
            epoch += uint64(moves[i] % 4);
            uint64 rater = 2 + uint64((moves[i] >> 8) % 3);
            uint8 category = uint8(moves[i] >> 32) % 2;
            book.rate(rater, 1, category, epoch, uint32(moves[i] >> 64), uint32(moves[i] >> 96));
            uint16[3] memory topics = [uint16(0), 1, QualityBook.ALL];
            for (uint256 j = 0; j < topics.length; ++j) {
                (uint256 confirmed, uint256 refuted) = book.tallies[1][topics[j]].weights(epoch + 1);
                vm.assertLe(confirmed + refuted, 3 * Scores.PAIR_CAP);
            }
        }
    }

    function test_heard__any_weights__keeps_the_proportion_within_the_cap(uint48 confirmed, uint48 refuted)
        public
        pure
    {
        (uint256 heard, uint256 refutedHeard) = Scores.heard(confirmed, refuted, 0);
        uint256 sum = uint256(confirmed) + refuted;
        vm.assertLe(heard + refutedHeard, Scores.PAIR_CAP);
        if (sum <= Scores.PAIR_CAP) {
            vm.assertEq(heard, confirmed);
            vm.assertEq(refutedHeard, refuted);
        } else {
            vm.assertLe(Scores.PAIR_CAP, heard + refutedHeard + 1);
            vm.assertEq(heard, confirmed * Scores.PAIR_CAP / sum);
        }
        (uint256 beside, uint256 refutedBeside) = Scores.heard(confirmed, refuted, refuted);
        vm.assertEq(refutedBeside, refutedHeard);
        vm.assertLe(beside, refuted < Scores.PAIR_CAP ? Scores.PAIR_CAP - refuted : 0);
    }
}
