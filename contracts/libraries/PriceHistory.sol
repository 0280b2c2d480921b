// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev The least and the greatest fees of some price versions.
struct FeeBounds {
    uint96 leastQueryFee;
    uint96 greatestQueryFee;
    uint96 leastHitFee;
    uint96 greatestHitFee;
}

/// @title Every price version ever set, in the order of the epochs that they apply from. Versions count from 1.
library PriceHistory {
    struct Prices {
        uint64 fromEpoch;
        uint96 queryFee;
        uint96 hitFee;
    }

    struct History {
        Prices[] versions;
        FeeBounds[] bounds; // of all versions up to this one
    }

    /// @dev `fromEpoch` must not be smaller than that of the version before. The first one must be 0.
    function add(History storage self, uint64 fromEpoch, uint256 queryFee, uint256 hitFee)
        internal
        returns (uint32 version)
    {
        Prices memory prices = Prices({
            fromEpoch: fromEpoch, queryFee: SafeCast.toUint96(queryFee), hitFee: SafeCast.toUint96(hitFee)
        });
        self.bounds.push(_widened(self, prices));
        self.versions.push(prices);
        return latestVersion(self);
    }

    function latestVersion(History storage self) internal view returns (uint32 version) {
        return SafeCast.toUint32(self.versions.length);
    }

    function ofVersion(History storage self, uint32 version)
        internal
        view
        returns (uint64 fromEpoch, uint256 queryFee, uint256 hitFee)
    {
        Prices storage prices = self.versions[version - 1];
        return (prices.fromEpoch, prices.queryFee, prices.hitFee);
    }

    /// @dev Over the versions 1 to this one.
    function boundsUpTo(History storage self, uint32 version) internal view returns (FeeBounds memory) {
        return self.bounds[version - 1];
    }

    /// @dev The last version that applies from `epoch` or earlier: of two set in one epoch the later one wins.
    function versionAt(History storage self, uint64 epoch) internal view returns (uint32 version) {
        uint32 low = 1; // applies from epoch 0, so to every epoch
        uint32 high = latestVersion(self);
        while (low < high) {
            uint32 middle = high - (high - low) / 2;
            if (self.versions[middle - 1].fromEpoch <= epoch) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    function _widened(History storage self, Prices memory prices) private view returns (FeeBounds memory bounds) {
        (uint96 queryFee, uint96 hitFee) = (prices.queryFee, prices.hitFee);
        uint256 count = self.bounds.length;
        if (count == 0) return FeeBounds(queryFee, queryFee, hitFee, hitFee);
        bounds = self.bounds[count - 1];
        if (queryFee < bounds.leastQueryFee) bounds.leastQueryFee = queryFee;
        if (queryFee > bounds.greatestQueryFee) bounds.greatestQueryFee = queryFee;
        if (hitFee < bounds.leastHitFee) bounds.leastHitFee = hitFee;
        if (hitFee > bounds.greatestHitFee) bounds.greatestHitFee = hitFee;
    }
}
