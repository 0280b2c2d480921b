// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {FeeBounds} from "../libraries/PriceHistory.sol";

/// @title The numbers that all members agree on: governed, and bounded by limits fixed at deployment.
/// @notice A parameter's key is keccak256 of its short ASCII name, e.g. "finality_depth". Prices
/// change together, they and the length of an epoch from the next epoch on; every other parameter changes at once.
interface IProtocolParameters {
    /// @dev A parameter at deployment. `epoch_start`, `epoch_length_s`, `query_fee` and `hit_fee` must be among them.
    struct Declaration {
        string name;
        uint256 min;
        uint256 max;
        uint256 value;
    }

    /// @dev What commitments and anchors are judged by, as it is now: the current epoch and the values of `max_batch_count`,
    /// `max_deadline_s` and `entitlement_floor`; zero for one that was never declared.
    struct QueryTerms {
        uint64 epoch;
        uint64 maxBatchCount;
        uint64 maxDeadlineS;
        uint64 entitlementFloor;
    }

    event ParameterDeclared(bytes32 indexed key, string name, uint256 min, uint256 max, uint256 value);
    event ParameterSet(bytes32 indexed key, uint256 value);
    /// @dev The prices in force from the beginning of `fromEpoch` until another version takes over.
    event PricesSet(uint32 indexed version, uint256 queryFee, uint256 hitFee, uint64 fromEpoch);

    /// @dev Epoch `fromEpoch` begins at `start` (unix seconds) and lasts `lengthS`, as do those after it.
    event EpochLengthSet(uint64 indexed fromEpoch, uint64 start, uint256 lengthS);

    error UnknownParameter(bytes32 key);
    error ParameterAlreadyDeclared(bytes32 key);
    error ParameterOutOfBounds(bytes32 key, uint256 value, uint256 min, uint256 max);
    /// @dev The first epoch's start is fixed; its length changes only through `setEpochLength`, prices only through
    /// `setPrices`, the price version only by itself.
    error ParameterNotSettable(bytes32 key);
    /// @dev A fee's upper bound must fit in 96 bits.
    error FeeBoundTooLarge(bytes32 key, uint256 max);
    error EpochsBeginInTheFuture(uint256 epochStart, uint256 timestamp);
    error BeforeFirstEpoch(uint256 timestamp, uint256 epochStart);
    error UnknownPriceVersion(uint32 version);

    /// @notice Changes one parameter at once. Governor only.
    function set(bytes32 key, uint256 value) external;

    /// @notice Sets both fees from the next epoch on, under the next price version. Governor only.
    function setPrices(uint256 queryFee, uint256 hitFee) external;

    /// @notice Sets the length of epochs from the next one on; replaces a change that is still to come. Governor only.
    function setEpochLength(uint256 lengthS) external;

    /// @notice Value in force now; for `query_fee`, `hit_fee`, `price_version` and `epoch_length_s` the one of the
    /// current epoch.
    function get(bytes32 key) external view returns (uint256 value);

    /// @notice What commitments and anchors are judged by, in one answer: they are the most frequent transactions that there
    /// are.
    function queryTerms() external view returns (QueryTerms memory terms);

    /// @notice Limits fixed at deployment, inclusive.
    function boundsOf(bytes32 key) external view returns (uint256 min, uint256 max);

    /// @notice Prices in force during `epoch`; for an epoch to come, as far as it is known today.
    function priceAt(uint64 epoch) external view returns (uint32 version, uint256 queryFee, uint256 hitFee);

    /// @notice Prices of a version and the epoch that they apply from.
    function priceOf(uint32 version) external view returns (uint64 fromEpoch, uint256 queryFee, uint256 hitFee);

    /// @notice Least and greatest fees over all versions up to this one, in force or not.
    function feeBoundsUpTo(uint32 version) external view returns (FeeBounds memory);

    /// @notice Number of the epoch that `timestamp` (unix seconds) lies in, from 0; for a time to come, as far as it is
    /// known today.
    function epochAt(uint256 timestamp) external view returns (uint64 epoch);

    /// @notice Epoch of the current block.
    function currentEpoch() external view returns (uint64 epoch);
}
