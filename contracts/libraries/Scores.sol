// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Ratings counted by epoch, and the scores and prices that follow from them.
library Scores {
    /// @dev All ratings, and those of the epochs before `epoch`, the last one with a rating.
    struct Tally {
        uint64 confirmed;
        uint64 refuted;
        uint64 epoch;
        uint64 earlierConfirmed;
        uint64 earlierRefuted;
    }

    uint256 internal constant FULL_BPS = 10_000;
    uint256 internal constant BASE_BPS = 5_000;
    uint256 internal constant PRIOR_CONFIRMED = 10;
    uint256 internal constant PRIOR_TOTAL = 20;
    uint256 internal constant REFUTED_WEIGHT = 2;

    function add(Tally storage self, uint64 epoch, uint32 confirmed, uint32 refuted) internal {
        if (epoch > self.epoch) {
            self.epoch = epoch;
            self.earlierConfirmed = self.confirmed;
            self.earlierRefuted = self.refuted;
        }
        self.confirmed += confirmed;
        self.refuted += refuted;
    }

    /// @dev Score at the beginning of `epoch`, the current one.
    function settledBps(Tally storage self, uint64 epoch) internal view returns (uint256) {
        if (epoch > self.epoch) return liveBps(self);
        return bps(self.earlierConfirmed, self.earlierRefuted);
    }

    function liveBps(Tally storage self) internal view returns (uint256) {
        return bps(self.confirmed, self.refuted);
    }

    function bps(uint256 confirmed, uint256 refuted) internal pure returns (uint256) {
        return FULL_BPS * (confirmed + PRIOR_CONFIRMED) / (confirmed + REFUTED_WEIGHT * refuted + PRIOR_TOTAL);
    }

    function hitPrice(uint256 hitFee, uint256 scoreBps) internal pure returns (uint256) {
        return hitFee * (BASE_BPS + scoreBps) / FULL_BPS;
    }
}
