// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Fading} from "./Fading.sol";
import {Scores} from "./Scores.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What is kept of each holder so that a score is read without a loop over members.
/// @dev Every accumulator has what counts in the epoch it was last touched in, and what came in during that epoch and
/// counts from the next one on. So a score never moves within an epoch. Each accumulator is one slot.
library QualityBook {
    /// @dev Weights of ratings. `confirmed` and `refuted` count in `epoch`; the others from the next one on.
    struct Tally {
        uint48 epoch;
        uint48 confirmed;
        uint48 refuted;
        uint48 newConfirmed;
        uint48 newRefuted;
    }

    /// @dev What one requester's ratings of one holder weigh, those of `epoch` included, and how many it gave in all.
    struct Pair {
        uint48 epoch;
        uint48 confirmed;
        uint48 refuted;
        uint64 rated;
    }

    /// @dev Freshness that counts in `epoch`, and the records changed during it. Not `known`: never published.
    struct Freshness {
        bool known;
        uint48 epoch;
        uint16 bps;
        uint64 changed;
    }

    /// @dev What breaches take from the score in `epoch`, and those of that epoch, which take it from the next one on.
    struct Breaches {
        uint48 epoch;
        uint16 bps;
        uint16 newBps;
        uint64 count;
    }

    struct Book {
        mapping(uint64 holder => Tally tally) tallies;
        mapping(uint64 holder => mapping(uint8 category => Tally tally)) byCategory;
        mapping(uint64 requester => mapping(uint64 holder => Pair pair)) pairs;
        mapping(uint64 holder => Freshness freshness) freshness;
        mapping(uint64 holder => Breaches breaches) breaches;
        mapping(bytes32 key => bool recorded) recorded;
    }

    /// @dev Adds ratings of a pair as far as its caps leave room; returns the weights that count.
    function rate(
        Book storage self,
        uint64 requester,
        uint64 holder,
        uint8 category,
        uint64 epoch,
        uint256 confirmed,
        uint256 refuted
    ) internal returns (uint256 countedConfirmed, uint256 countedRefuted) {
        Pair storage pair = self.pairs[requester][holder];
        (uint256 given, uint256 blamed) = pairWeights(pair, epoch);
        (uint256 returned,) = pairWeights(self.pairs[holder][requester], epoch);
        countedConfirmed = _withinCap(confirmed * Scores.WEIGHT, given + returned);
        countedRefuted = _withinCap(refuted * Scores.WEIGHT, blamed);
        pair.epoch = SafeCast.toUint48(epoch);
        pair.confirmed = SafeCast.toUint48(given + countedConfirmed);
        pair.refuted = SafeCast.toUint48(blamed + countedRefuted);
        pair.rated = SafeCast.toUint64(pair.rated + confirmed + refuted);
        _add(self.tallies[holder], epoch, countedConfirmed, countedRefuted);
        _add(self.byCategory[holder][category], epoch, countedConfirmed, countedRefuted);
    }

    /// @dev Notes a publication; returns the records that count for freshness. The first one makes a dataset fresh in whole.
    function noteChanged(Book storage self, uint64 holder, uint64 epoch, uint32 changed)
        internal
        returns (uint256 counted)
    {
        Freshness storage kept = self.freshness[holder];
        Freshness memory before = kept;
        counted = changed < Scores.MIN_CHANGED ? 0 : changed;
        kept.known = true;
        kept.epoch = SafeCast.toUint48(epoch);
        kept.bps = SafeCast.toUint16(freshBps(before, epoch));
        kept.changed = SafeCast.toUint64((before.epoch == epoch ? before.changed : 0) + counted);
    }

    function breach(Book storage self, uint64 holder, uint64 epoch) internal {
        Breaches storage kept = self.breaches[holder];
        Breaches memory before = kept;
        uint256 added = (before.epoch == epoch ? before.newBps : 0) + Scores.BREACH_BPS;
        kept.bps = SafeCast.toUint16(breachBps(before, epoch));
        kept.epoch = SafeCast.toUint48(epoch);
        kept.newBps = SafeCast.toUint16(_atMost(added, Scores.FULL_BPS));
        ++kept.count;
    }

    /// @dev Weights that count in `epoch`, which is not before the tally's own.
    function weights(Tally memory tally, uint256 epoch) internal pure returns (uint256 confirmed, uint256 refuted) {
        (confirmed, refuted) = (tally.confirmed, tally.refuted);
        if (epoch == tally.epoch) return (confirmed, refuted);
        uint256 later = epoch - tally.epoch - 1;
        confirmed = Fading.down(Fading.down(confirmed, 1) + tally.newConfirmed, later);
        refuted = Fading.down(Fading.down(refuted, 1) + tally.newRefuted, later);
    }

    /// @dev What a pair has used of its caps; never less than its share of what weighs on the holder.
    function pairWeights(Pair memory pair, uint256 epoch) internal pure returns (uint256 confirmed, uint256 refuted) {
        uint256 passed = epoch - pair.epoch;
        return (Fading.up(pair.confirmed, passed), Fading.up(pair.refuted, passed));
    }

    /// @dev Freshness that counts in `epoch`, which is not before the last publication's.
    function freshBps(Freshness memory kept, uint256 epoch) internal pure returns (uint256 value) {
        if (!kept.known) return Scores.FULL_BPS;
        if (epoch == kept.epoch) return kept.bps;
        (uint256 faded, uint256 earned) = (Fading.down(kept.bps, 1), Scores.freshnessOf(kept.changed));
        return Fading.down(faded > earned ? faded : earned, epoch - kept.epoch - 1);
    }

    /// @dev What breaches take from the score in `epoch`, which is not before the last breach's.
    function breachBps(Breaches memory kept, uint256 epoch) internal pure returns (uint256) {
        if (epoch == kept.epoch) return kept.bps;
        uint256 sum = _atMost(Fading.down(kept.bps, 1) + kept.newBps, Scores.FULL_BPS);
        return Fading.down(sum, epoch - kept.epoch - 1);
    }

    function _add(Tally storage self, uint64 epoch, uint256 confirmed, uint256 refuted) private {
        Tally memory tally = self;
        if (tally.epoch != epoch) {
            (uint256 earlierConfirmed, uint256 earlierRefuted) = weights(tally, epoch);
            tally = Tally({
                epoch: SafeCast.toUint48(epoch),
                confirmed: SafeCast.toUint48(earlierConfirmed),
                refuted: SafeCast.toUint48(earlierRefuted),
                newConfirmed: 0,
                newRefuted: 0
            });
        }
        tally.newConfirmed = SafeCast.toUint48(tally.newConfirmed + confirmed);
        tally.newRefuted = SafeCast.toUint48(tally.newRefuted + refuted);
        self.epoch = tally.epoch;
        self.confirmed = tally.confirmed;
        self.refuted = tally.refuted;
        self.newConfirmed = tally.newConfirmed;
        self.newRefuted = tally.newRefuted;
    }

    function _withinCap(uint256 weight, uint256 used) private pure returns (uint256) {
        return used >= Scores.PAIR_CAP ? 0 : _atMost(weight, Scores.PAIR_CAP - used);
    }

    function _atMost(uint256 value, uint256 limit) private pure returns (uint256) {
        return value < limit ? value : limit;
    }
}
