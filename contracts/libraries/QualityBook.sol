// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Fading} from "./Fading.sol";
import {Scores} from "./Scores.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What is kept of each holder so that a score is read without a loop over members.
/// @dev Every accumulator has what counts in the epoch it was last touched in, and what came in during that epoch and
/// counts from the next one on. So a score never moves within an epoch. Each accumulator is one slot.
library QualityBook {
    /// @dev Weights of ratings. `confirmed` and `refuted` count in `epoch`; the others are added for the next one, and
    /// less than nothing where a rater has come to think otherwise.
    struct Tally {
        uint48 epoch;
        uint48 confirmed;
        uint48 refuted;
        int48 newConfirmed;
        int48 newRefuted;
    }

    /// @dev The one voice that a requester has about a holder: what its ratings weigh, those of `epoch` included, and how
    /// many it gave in all.
    struct Voice {
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

    /// @dev `topic` is a category, or `ALL`.
    struct Book {
        mapping(uint64 holder => mapping(uint16 topic => Tally tally)) tallies;
        mapping(uint64 requester => mapping(uint64 holder => mapping(uint16 topic => Voice voice))) voices;
        mapping(uint64 holder => Freshness freshness) freshness;
        mapping(uint64 holder => Breaches breaches) breaches;
        mapping(bytes32 key => bool recorded) recorded;
    }

    uint16 internal constant ALL = 256;

    /// @dev Adds ratings to the requester's voice about a holder, as a whole and in the category.
    function rate(
        Book storage self,
        uint64 requester,
        uint64 holder,
        uint8 category,
        uint64 epoch,
        uint256 confirmed,
        uint256 refuted
    ) internal {
        _rate(self, requester, holder, ALL, epoch, confirmed, refuted);
        _rate(self, requester, holder, category, epoch, confirmed, refuted);
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
        confirmed = Fading.down(_changed(Fading.down(confirmed, 1), tally.newConfirmed), later);
        refuted = Fading.down(_changed(Fading.down(refuted, 1), tally.newRefuted), later);
    }

    /// @dev What is left of a voice in `epoch`; never less than its share of what weighs on the holder.
    function left(Voice memory voice, uint256 epoch) internal pure returns (uint256 confirmed, uint256 refuted) {
        uint256 passed = epoch - voice.epoch;
        return (Fading.up(voice.confirmed, passed), Fading.up(voice.refuted, passed));
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

    function _rate(
        Book storage self,
        uint64 requester,
        uint64 holder,
        uint16 topic,
        uint64 epoch,
        uint256 confirmed,
        uint256 refuted
    ) private {
        Voice storage voice = self.voices[requester][holder][topic];
        (uint256 before, uint256 refutedBefore) = left(voice, epoch);
        (uint256 returned,) = left(self.voices[holder][requester][topic], epoch);
        (uint256 heard, uint256 refutedHeard) =
            Scores.heard(before + confirmed * Scores.WEIGHT, refutedBefore + refuted * Scores.WEIGHT, returned);
        voice.epoch = SafeCast.toUint48(epoch);
        voice.confirmed = SafeCast.toUint48(heard);
        voice.refuted = SafeCast.toUint48(refutedHeard);
        voice.rated = SafeCast.toUint64(voice.rated + confirmed + refuted);
        _add(self.tallies[holder][topic], epoch, _less(heard, before), _less(refutedHeard, refutedBefore));
    }

    function _add(Tally storage self, uint64 epoch, int256 confirmed, int256 refuted) private {
        Tally memory tally = self;
        if (tally.epoch != epoch) {
            (uint256 earlierConfirmed, uint256 earlierRefuted) = weights(tally, epoch);
            self.epoch = SafeCast.toUint48(epoch);
            self.confirmed = SafeCast.toUint48(earlierConfirmed);
            self.refuted = SafeCast.toUint48(earlierRefuted);
            (tally.newConfirmed, tally.newRefuted) = (0, 0);
        }
        self.newConfirmed = SafeCast.toInt48(tally.newConfirmed + confirmed);
        self.newRefuted = SafeCast.toInt48(tally.newRefuted + refuted);
    }

    function _less(uint256 value, uint256 other) private pure returns (int256) {
        return SafeCast.toInt256(value) - SafeCast.toInt256(other);
    }

    /// @dev Parts that were rounded down can be worth less than what is taken from them: never below nothing.
    function _changed(uint256 value, int256 change) private pure returns (uint256) {
        int256 sum = SafeCast.toInt256(value) + change;
        return sum > 0 ? SafeCast.toUint256(sum) : 0;
    }

    function _atMost(uint256 value, uint256 limit) private pure returns (uint256) {
        return value < limit ? value : limit;
    }
}
