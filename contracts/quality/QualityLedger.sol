// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Scores} from "../libraries/Scores.sol";
import {Standing} from "../libraries/Standing.sol";

/// @title Ratings of used records, scores, and the price of a hit.
contract QualityLedger is IQualityLedger {
    using Scores for Scores.Tally;

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    ICreditLedger private immutable _CREDITS;
    mapping(uint64 holder => Scores.Tally tally) private _tallies;
    mapping(uint64 holder => mapping(uint8 category => Scores.Tally tally)) private _categoryTallies;
    mapping(uint64 requester => mapping(uint64 holder => uint256 rated)) private _rated;

    constructor(IMemberRegistry registry, IProtocolParameters parameters, ICreditLedger credits) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _CREDITS = credits;
    }

    /// @inheritdoc IQualityLedger
    function rate(Rating[] calldata ratings) external {
        uint64 requester = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (requester == 0) revert NotOperatorInStanding(msg.sender);
        uint64 epoch = _PARAMETERS.currentEpoch();
        for (uint256 i = 0; i < ratings.length; ++i) {
            _rate(requester, ratings[i], epoch);
        }
    }

    /// @inheritdoc IQualityLedger
    function scoreOf(uint64 holder, uint8 category) external view returns (uint256 scoreBps) {
        return _categoryTallies[holder][category].settledBps(_PARAMETERS.currentEpoch());
    }

    /// @inheritdoc IQualityLedger
    function liveScoreOf(uint64 holder) external view returns (uint256 scoreBps) {
        return _tallies[holder].liveBps();
    }

    /// @inheritdoc IQualityLedger
    function ratedOf(uint64 requester, uint64 holder) external view returns (uint256 rated) {
        return _rated[requester][holder];
    }

    /// @inheritdoc IQualityLedger
    function hitPriceOf(uint64 holder) external view returns (uint256 price) {
        return Scores.hitPrice(_PARAMETERS.get(ParameterKeys.HIT_FEE), scoreOf(holder));
    }

    /// @inheritdoc IQualityLedger
    function scoreOf(uint64 holder) public view returns (uint256 scoreBps) {
        return _tallies[holder].settledBps(_PARAMETERS.currentEpoch());
    }

    function _rate(uint64 requester, Rating calldata rating, uint64 epoch) private {
        (uint64 holder, uint8 category) = (rating.holder, rating.category);
        (uint32 confirmed, uint32 refuted) = (rating.confirmed, rating.refuted);
        if (confirmed == 0 && refuted == 0) revert EmptyRating(holder, category);
        uint64 hits = _CREDITS.redeemedOf(requester, holder).hits;
        uint256 rated = _rated[requester][holder] + confirmed + refuted;
        if (rated > hits) revert RatingsExceedHits(requester, holder, rated, hits);
        _rated[requester][holder] = rated;
        _tallies[holder].add(epoch, confirmed, refuted);
        _categoryTallies[holder][category].add(epoch, confirmed, refuted);
        emit Rated(requester, holder, category, confirmed, refuted, epoch);
    }
}
