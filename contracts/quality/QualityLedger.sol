// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {QualityBook} from "../libraries/QualityBook.sol";
import {Scores} from "../libraries/Scores.sol";
import {Standing} from "../libraries/Standing.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Ratings of used records, freshness, breaches; scores, entitlements and the price of a hit.
contract QualityLedger is AccessControl, IQualityLedger {
    using QualityBook for QualityBook.Book;
    using QualityBook for QualityBook.Tally;
    using QualityBook for QualityBook.Freshness;
    using QualityBook for QualityBook.Breaches;

    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");
    bytes32 public constant REPORTER_ROLE = keccak256("REPORTER_ROLE");
    bytes32 public constant FRESHNESS_ROLE = keccak256("FRESHNESS_ROLE");

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    ICreditLedger private _credits;
    QualityBook.Book private _book;

    /// @param credits where redeemed hits are read, until the members vote for another
    /// @param admin may grant and revoke roles; hands over to the timelock and renounces
    constructor(IMemberRegistry registry, IProtocolParameters parameters, ICreditLedger credits, address admin) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _credits = credits;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IQualityLedger
    function rate(Rating[] calldata ratings) external {
        uint64 requester = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (requester == 0) revert NotOperatorInStanding(msg.sender);
        uint64 epoch = _PARAMETERS.currentEpoch();
        for (uint256 i = 0; i < ratings.length; ++i) {
            _rate(requester, ratings[i], epoch);
        }
        for (uint256 i = 0; i < ratings.length; ++i) {
            uint256 given = uint256(ratings[i].confirmed) + ratings[i].refuted;
            // The ledger is named by the members; whoever makes the list pays for its length.
            // slither-disable-next-line calls-loop
            _credits.rebate(requester, ratings[i].holder, given);
        }
    }

    /// @inheritdoc IQualityLedger
    function noteFreshness(uint64 memberId, uint32 changed) external onlyRole(FRESHNESS_ROLE) {
        uint64 epoch = _PARAMETERS.currentEpoch();
        emit FreshnessNoted(memberId, _book.noteChanged(memberId, epoch, changed), epoch);
    }

    /// @inheritdoc IQualityLedger
    function recordBreach(uint64 memberId, uint8 kind, bytes32 ref) external onlyRole(REPORTER_ROLE) {
        if (memberId == 0 || memberId > _REGISTRY.memberCount()) revert NoSuchMember(memberId);
        bytes32 key = keccak256(abi.encode(memberId, kind, ref));
        if (_book.recorded[key]) revert BreachAlreadyRecorded(memberId, kind, ref);
        _book.recorded[key] = true;
        uint64 epoch = _PARAMETERS.currentEpoch();
        _book.breach(memberId, epoch);
        emit Breached(memberId, kind, ref, epoch);
    }

    /// @inheritdoc IQualityLedger
    function setCreditLedger(ICreditLedger credits) external onlyRole(GOVERNOR_ROLE) {
        _credits = credits;
        emit CreditLedgerSet(credits);
    }

    /// @inheritdoc IQualityLedger
    function scoreOf(uint64 holder, uint8 category) external view returns (uint16 scoreBps) {
        return _score(holder, _book.tallies[holder][category], _PARAMETERS.currentEpoch());
    }

    /// @inheritdoc IQualityLedger
    function liveScoreOf(uint64 holder) external view returns (uint16 scoreBps) {
        return _score(holder, _book.tallies[holder][QualityBook.ALL], _PARAMETERS.currentEpoch() + 1);
    }

    /// @inheritdoc IQualityLedger
    function entitlementOf(uint64 memberId) external view returns (uint64 evaluations) {
        uint64 epoch = _PARAMETERS.currentEpoch();
        QualityBook.Tally storage tally = _book.tallies[memberId][QualityBook.ALL];
        (uint256 confirmed, uint256 refuted) = tally.weights(epoch);
        uint256 earned = Scores.entitlement(
            Scores.merit(confirmed, refuted),
            _score(memberId, tally, epoch),
            _PARAMETERS.get(ParameterKeys.ENTITLEMENT_FLOOR),
            _PARAMETERS.get(ParameterKeys.ENTITLEMENT_PER_RATING),
            _PARAMETERS.get(ParameterKeys.ENTITLEMENT_CEILING)
        );
        return SafeCast.toUint64(earned);
    }

    /// @inheritdoc IQualityLedger
    function freshnessOf(uint64 holder) external view returns (uint16 freshBps) {
        return SafeCast.toUint16(_book.freshness[holder].freshBps(_PARAMETERS.currentEpoch()));
    }

    /// @inheritdoc IQualityLedger
    function breachesOf(uint64 memberId) external view returns (uint64 count, uint16 breachBps) {
        QualityBook.Breaches storage breaches = _book.breaches[memberId];
        return (breaches.count, SafeCast.toUint16(breaches.breachBps(_PARAMETERS.currentEpoch())));
    }

    /// @inheritdoc IQualityLedger
    function weightsOf(uint64 holder) external view returns (uint256 confirmed, uint256 refuted) {
        return _book.tallies[holder][QualityBook.ALL].weights(_PARAMETERS.currentEpoch());
    }

    /// @inheritdoc IQualityLedger
    function ratedOf(uint64 requester, uint64 holder) external view returns (uint256 rated) {
        return _book.voices[requester][holder][QualityBook.ALL].rated;
    }

    /// @inheritdoc IQualityLedger
    function hitPriceOf(uint64 holder) external view returns (uint256 price) {
        return Scores.hitPrice(_PARAMETERS.get(ParameterKeys.HIT_FEE), scoreOf(holder));
    }

    /// @inheritdoc IQualityLedger
    function scoreOf(uint64 holder) public view returns (uint16 scoreBps) {
        return _score(holder, _book.tallies[holder][QualityBook.ALL], _PARAMETERS.currentEpoch());
    }

    function _rate(uint64 requester, Rating calldata rating, uint64 epoch) private {
        (uint64 holder, uint8 category) = (rating.holder, rating.category);
        (uint32 confirmed, uint32 refuted) = (rating.confirmed, rating.refuted);
        if (confirmed == 0 && refuted == 0) revert EmptyRating(holder, category);
        // The ledger is named by the members; whoever makes the list pays for its length.
        // slither-disable-next-line calls-loop
        uint64 hits = _credits.paidHitsOf(requester, holder);
        uint256 rated = uint256(_book.voices[requester][holder][QualityBook.ALL].rated) + confirmed + refuted;
        if (rated > hits) revert RatingsExceedHits(requester, holder, rated, hits);
        _book.rate(requester, holder, category, epoch, confirmed, refuted);
        emit Rated(requester, holder, category, confirmed, refuted, epoch);
    }

    function _score(uint64 holder, QualityBook.Tally storage tally, uint64 epoch)
        private
        view
        returns (uint16 scoreBps)
    {
        (uint256 confirmed, uint256 refuted) = tally.weights(epoch);
        uint256 freshBps = _book.freshness[holder].freshBps(epoch);
        uint256 breachBps = _book.breaches[holder].breachBps(epoch);
        return SafeCast.toUint16(Scores.bps(confirmed, refuted, freshBps, breachBps));
    }
}
