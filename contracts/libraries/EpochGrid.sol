// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Numbered epochs of equal length between checkpoints; a new length begins with an epoch, never inside one.
library EpochGrid {
    /// @dev From second `start` on, epoch `first` and its successors last `lengthS` seconds each.
    struct Checkpoint {
        uint64 start;
        uint64 first;
        uint64 lengthS;
    }

    /// @dev The newest checkpoint, which may lie ahead, and the one that it takes over from.
    struct Grid {
        Checkpoint newest;
        Checkpoint previous;
        mapping(uint256 index => Checkpoint checkpoint) earlier;
        uint256 count;
    }

    function begin(Grid storage self, uint256 start, uint256 lengthS) internal {
        self.newest = Checkpoint({start: SafeCast.toUint64(start), first: 0, lengthS: SafeCast.toUint64(lengthS)});
    }

    /// @dev Takes effect with the next epoch. A change that has not taken effect yet is replaced.
    function change(Grid storage self, uint256 lengthS) internal returns (Checkpoint memory next) {
        Checkpoint memory current = self.newest;
        if (current.start > block.timestamp) {
            current = self.previous;
        } else if (current.first != 0) {
            self.earlier[self.count] = self.previous;
            ++self.count;
        }
        uint64 first = _epochOf(current, block.timestamp) + 1;
        next = Checkpoint({
            start: current.start + (first - current.first) * current.lengthS,
            first: first,
            lengthS: SafeCast.toUint64(lengthS)
        });
        self.previous = current;
        self.newest = next;
    }

    /// @dev The checkpoint that rules at `timestamp`; refuses times before the first epoch.
    function checkpointAt(Grid storage self, uint256 timestamp) internal view returns (Checkpoint memory found) {
        found = self.newest;
        if (timestamp >= found.start) return found;
        if (found.first != 0) {
            found = self.previous;
            if (timestamp >= found.start) return found;
            // Few governed changes, and only questions about a distant past come here.
            for (uint256 i = self.count; i > 0; --i) {
                found = self.earlier[i - 1];
                if (timestamp >= found.start) return found;
            }
        }
        revert IProtocolParameters.BeforeFirstEpoch(timestamp, found.start);
    }

    function epochAt(Grid storage self, uint256 timestamp) internal view returns (uint64 epoch) {
        return _epochOf(checkpointAt(self, timestamp), timestamp);
    }

    function _epochOf(Checkpoint memory checkpoint, uint256 timestamp) private pure returns (uint64 epoch) {
        return checkpoint.first + SafeCast.toUint64((timestamp - checkpoint.start) / checkpoint.lengthS);
    }
}
