// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title How evidence loses weight: seven eighths of it are left after each epoch.
/// @dev Step by step and rounded at each step, so that fading twice is fading once by the sum of the epochs. A loop over
/// epochs ends as soon as nothing changes any more: after at most 350 steps for the widest numbers kept.
library Fading {
    uint256 internal constant KEPT = 7;
    uint256 internal constant OF = 8;

    /// @dev Rounded down at each step; ends at 0.
    function down(uint256 value, uint256 epochs) internal pure returns (uint256) {
        for (; epochs > 0 && value > 0; --epochs) {
            value = value * KEPT / OF;
        }
        return value;
    }

    /// @dev Rounded up at each step; ends at 7 at most. What bounds a sum of parts that each are rounded down.
    function up(uint256 value, uint256 epochs) internal pure returns (uint256) {
        for (; epochs > 0 && value >= OF; --epochs) {
            value = (value * KEPT + OF - 1) / OF;
        }
        return value;
    }
}
