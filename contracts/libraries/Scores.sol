// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title The arithmetic of scores, freshness, entitlement and the price of a hit. Weights are thousandths of a rating.
library Scores {
    uint256 internal constant FULL_BPS = 10_000;
    uint256 internal constant BASE_BPS = 5_000;
    uint256 internal constant WEIGHT = 1_000;
    uint256 internal constant PRIOR_CONFIRMED = 10 * WEIGHT;
    uint256 internal constant PRIOR_TOTAL = 20 * WEIGHT;
    uint256 internal constant REFUTED_WEIGHT = 2;
    /// @dev Most that one rater's voice weighs on a holder, and the most that two members confirm each other.
    uint256 internal constant PAIR_CAP = 20 * WEIGHT;
    /// @dev Records that must change in one publication for it to count at all.
    uint256 internal constant MIN_CHANGED = 2;
    /// @dev Records changed in an epoch that make half of full freshness.
    uint256 internal constant HALF_FRESH = 100;
    /// @dev What one breach takes from a score.
    uint256 internal constant BREACH_BPS = 2_500;

    /// @dev What ratings alone say: half without any; a refuted one weighs twice.
    function ratedBps(uint256 confirmed, uint256 refuted) internal pure returns (uint256) {
        return FULL_BPS * (confirmed + PRIOR_CONFIRMED) / (confirmed + REFUTED_WEIGHT * refuted + PRIOR_TOTAL);
    }

    /// @dev The whole score: staleness takes up to half of it, breaches take up to all.
    function bps(uint256 confirmed, uint256 refuted, uint256 freshBps, uint256 breachBps)
        internal
        pure
        returns (uint256)
    {
        return ratedBps(confirmed, refuted) * (FULL_BPS + freshBps) * (FULL_BPS - breachBps) / (2 * FULL_BPS * FULL_BPS);
    }

    /// @dev What is heard of a voice with these weights: within the cap, confirmed and refuted in their proportion; and no
    /// more confirmed than the cap leaves beside what the other confirmed in return.
    function heard(uint256 confirmed, uint256 refuted, uint256 returned) internal pure returns (uint256, uint256) {
        uint256 sum = confirmed + refuted;
        if (sum > PAIR_CAP) (confirmed, refuted) = (confirmed * PAIR_CAP / sum, refuted * PAIR_CAP / sum);
        uint256 room = returned < PAIR_CAP ? PAIR_CAP - returned : 0;
        return (confirmed < room ? confirmed : room, refuted);
    }

    /// @dev Freshness that `changed` records in one epoch earn: saturates, so that ten times as many never weigh tenfold.
    function freshnessOf(uint256 changed) internal pure returns (uint256) {
        return FULL_BPS * changed / (changed + HALF_FRESH);
    }

    /// @dev Confirmed ratings less twice the refuted ones: what a holder's data is good for on balance.
    function merit(uint256 confirmed, uint256 refuted) internal pure returns (uint256) {
        uint256 against = REFUTED_WEIGHT * refuted;
        return confirmed > against ? confirmed - against : 0;
    }

    /// @dev Evaluations in an epoch: `floor`, and `perRating` for each rating's merit at a full score; at most `ceiling`.
    function entitlement(uint256 merit_, uint256 scoreBps, uint256 floor, uint256 perRating, uint256 ceiling)
        internal
        pure
        returns (uint256 evaluations)
    {
        evaluations = floor + merit_ * perRating * scoreBps / (WEIGHT * FULL_BPS);
        if (evaluations > ceiling) evaluations = ceiling;
        if (evaluations < floor) evaluations = floor;
    }

    function hitPrice(uint256 hitFee, uint256 scoreBps) internal pure returns (uint256) {
        return hitFee * (BASE_BPS + scoreBps) / FULL_BPS;
    }
}
