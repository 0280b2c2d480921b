// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Every price version ever set, in the order of the epochs that they apply from. Versions count from 1.
library PriceHistory {
    struct Prices {
        uint64 fromEpoch;
        uint96 queryFee;
        uint96 hitFee;
    }

    struct History {
        Prices[] versions;
    }

    /// @dev `fromEpoch` must not be smaller than that of the version before. The first one must be 0.
    function add(History storage self, uint64 fromEpoch, uint256 queryFee, uint256 hitFee)
        internal
        returns (uint32 version)
    {
        self.versions
            .push(
                Prices({fromEpoch: fromEpoch, queryFee: SafeCast.toUint96(queryFee), hitFee: SafeCast.toUint96(hitFee)})
            );
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
}
