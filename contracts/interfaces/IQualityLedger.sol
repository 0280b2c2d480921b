// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title What members' data was worth to those who used it, and what a hit on it costs.
/// @notice Only hits in redeemed vouchers can be rated. With C confirmed and R refuted ratings of earlier epochs a score is
/// `10000 * (C + 10) / (C + 2 * R + 20)` in basis points, rounded down: 5000 without ratings, and fixed within an epoch.
/// Ratings of a pair are not capped against mutual inflation in this form of the protocol.
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

    /// @dev The caller is not the current operator of a member in standing.
    error NotOperatorInStanding(address caller);
    error EmptyRating(uint64 holder, uint8 category);
    error RatingsExceedHits(uint64 requester, uint64 holder, uint256 rated, uint64 hits);

    /// @notice Adds ratings of the caller's member, all or none. Operator of a member in standing only.
    function rate(Rating[] calldata ratings) external;

    /// @notice Score in basis points over all categories, fixed at the beginning of the current epoch.
    function scoreOf(uint64 holder) external view returns (uint256 scoreBps);

    /// @notice Score in basis points in one category, fixed at the beginning of the current epoch.
    function scoreOf(uint64 holder, uint8 category) external view returns (uint256 scoreBps);

    /// @notice Score in basis points over all categories with the ratings of the current epoch.
    function liveScoreOf(uint64 holder) external view returns (uint256 scoreBps);

    /// @notice Ratings that a requester has given a holder, confirmed and refuted together.
    function ratedOf(uint64 requester, uint64 holder) external view returns (uint256 rated);

    /// @notice Price of a hit on the holder's data in the current epoch:
    /// `hit_fee * (5000 + scoreBps) / 10000`, rounded down.
    function hitPriceOf(uint64 holder) external view returns (uint256 price);
}
