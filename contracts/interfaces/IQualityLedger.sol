// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "./ICreditLedger.sol";

/// @title What members' data was worth to those who used it; what a hit on it costs and how much it earns the right to ask.
/// @notice Everything is a whole number and fixed within an epoch: what happens in an epoch counts from the next one on.
///
/// C and R are the weights of confirmed and refuted ratings in thousandths of a rating, F the freshness and B what breaches
/// take, both in basis points. Each loses an eighth with every epoch, rounded down.
///
///     rated       = 10000 * (C + 10000) / (C + 2 * R + 20000)
///     score       = rated * (10000 + F) * (10000 - B) / (2 * 10000 * 10000)     in basis points; 5000 for a new member
///     merit       = C - 2 * R, at least 0
///     entitlement = entitlement_floor + merit * entitlement_per_rating * score / (1000 * 10000), at most entitlement_ceiling
///     hit price   = hit_fee * (5000 + score) / 10000
///
/// Divisions round down, the score's one after those of `rated`. In each epoch F becomes the greater of 7/8 of F and
/// `10000 * n / (n + 100)`, where n records were changed in the epoch before by publications that changed more than one. A
/// member's first publication is fresh in whole. A breach adds 2500 to B, up to 10000.
///
/// A pair can rate as many hits as were paid for. Each rater has one voice about a holder, as a whole and in each category:
/// new ratings add to what is left of earlier ones, and when the sum exceeds 20 ratings it is brought back to 20 in
/// proportion. So who rates much is heard no louder, only more exactly. What two members confirm of each other shares one
/// such 20. So k members that collude raise the confirmed weight of one of them to (k - 1) * 20 ratings at most. Nothing
/// that a member does itself raises its score or entitlement, except that it publishes changes.
interface IQualityLedger {
    struct Rating {
        uint64 holder;
        uint8 category;
        uint32 confirmed;
        uint32 refuted;
    }

    event Rated(
        uint64 indexed requester,
        uint64 indexed holder,
        uint8 indexed category,
        uint32 confirmed,
        uint32 refuted,
        uint64 epoch
    );
    /// @dev A publication; `counted` records of it feed freshness.
    event FreshnessNoted(uint64 indexed memberId, uint256 counted, uint64 epoch);
    /// @dev `ref` names what the breach was found in, e.g. a batch or a case.
    event Breached(uint64 indexed memberId, uint8 indexed kind, bytes32 indexed ref, uint64 epoch);
    event CreditLedgerSet(ICreditLedger credits);

    /// @dev The caller is not the current operator of a member in standing.
    error NotOperatorInStanding(address caller);
    error EmptyRating(uint64 holder, uint8 category);
    error RatingsExceedHits(uint64 requester, uint64 holder, uint256 rated, uint64 hits);
    error BreachAlreadyRecorded(uint64 memberId, uint8 kind, bytes32 ref);
    error NoSuchMember(uint64 memberId);

    /// @notice Adds ratings of the caller's member, all or none; the ledger of credits pays what they earn back. Operator of a member in standing only.
    function rate(Rating[] calldata ratings) external;

    /// @notice Notes that a member published, with how many records changed. Freshness role only.
    function noteFreshness(uint64 memberId, uint32 changed) external;

    /// @notice Notes a breach, once for each member, kind and reference. Reporter role only. Kinds: types/Breaches.sol.
    function recordBreach(uint64 memberId, uint8 kind, bytes32 ref) external;

    /// @notice Reads redeemed hits from another ledger from now on. Governor only.
    function setCreditLedger(ICreditLedger credits) external;

    /// @notice Score in basis points over all categories, fixed at the beginning of the current epoch.
    function scoreOf(uint64 holder) external view returns (uint16 scoreBps);

    /// @notice Score in basis points in one category, fixed at the beginning of the current epoch. Freshness and breaches
    /// are those of the member as a whole.
    function scoreOf(uint64 holder, uint8 category) external view returns (uint16 scoreBps);

    /// @notice Score that the next epoch begins with if nothing else happens.
    function liveScoreOf(uint64 holder) external view returns (uint16 scoreBps);

    /// @notice Evaluations (elements of batches) that a member may ask for in the current epoch.
    function entitlementOf(uint64 memberId) external view returns (uint64 evaluations);

    /// @notice Freshness in basis points in the current epoch.
    function freshnessOf(uint64 holder) external view returns (uint16 freshBps);

    /// @notice Breaches ever recorded, and what they take from the score in the current epoch, in basis points.
    function breachesOf(uint64 memberId) external view returns (uint64 count, uint16 breachBps);

    /// @notice Weights of confirmed and refuted ratings in the current epoch, in thousandths.
    function weightsOf(uint64 holder) external view returns (uint256 confirmed, uint256 refuted);

    /// @notice Ratings that a requester has given a holder, confirmed and refuted together.
    function ratedOf(uint64 requester, uint64 holder) external view returns (uint256 rated);

    /// @notice Price of a hit on the holder's data in the current epoch.
    function hitPriceOf(uint64 holder) external view returns (uint256 price);
}
