// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {EpochGrid} from "../libraries/EpochGrid.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {FeeBounds, PriceHistory} from "../libraries/PriceHistory.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Governed, bounded parameters, prices by version, and the epoch grid.
contract ProtocolParameters is AccessControl, IProtocolParameters {
    using EpochGrid for EpochGrid.Grid;
    using PriceHistory for PriceHistory.History;

    struct Parameter {
        uint256 value;
        uint256 min;
        uint256 max;
        bool declared;
    }

    /// @dev What every commitment and anchor asks for, once more and in one slot: the newest checkpoint of the epochs and
    /// three parameters.
    struct Pulse {
        uint48 start;
        uint48 first;
        uint32 lengthS;
        uint32 maxBatchCount;
        uint32 maxDeadlineS;
        uint64 entitlementFloor;
    }

    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");

    mapping(bytes32 key => Parameter parameter) private _parameters;
    PriceHistory.History private _prices;
    EpochGrid.Grid private _epochs;
    Pulse private _pulse;

    /// @param declarations every parameter with its bounds and first value, each name once
    /// @param admin may grant and revoke roles; hands over to the timelock and renounces
    constructor(Declaration[] memory declarations, address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        for (uint256 i = 0; i < declarations.length; ++i) {
            _declare(declarations[i]);
        }
        uint256 start = _declared(ParameterKeys.EPOCH_START).value;
        Parameter storage length = _declared(ParameterKeys.EPOCH_LENGTH_S);
        if (length.min == 0) revert ParameterOutOfBounds(ParameterKeys.EPOCH_LENGTH_S, 0, 1, length.max);
        if (start > block.timestamp) revert EpochsBeginInTheFuture(start, block.timestamp);
        _epochs.begin(start, length.value);
        (_pulse.start, _pulse.lengthS) = (SafeCast.toUint48(start), SafeCast.toUint32(length.value));
        _requireFeeBound(ParameterKeys.QUERY_FEE);
        _requireFeeBound(ParameterKeys.HIT_FEE);
        _addPrices(0, _parameters[ParameterKeys.QUERY_FEE].value, _parameters[ParameterKeys.HIT_FEE].value);
    }

    /// @inheritdoc IProtocolParameters
    function set(bytes32 key, uint256 value) external onlyRole(GOVERNOR_ROLE) {
        if (
            _isPrice(key) || key == ParameterKeys.PRICE_VERSION || key == ParameterKeys.EPOCH_START
                || key == ParameterKeys.EPOCH_LENGTH_S
        ) revert ParameterNotSettable(key);
        _requireWithinBounds(key, value);
        _parameters[key].value = value;
        _noteQueryTerm(key, value);
        emit ParameterSet(key, value);
    }

    /// @inheritdoc IProtocolParameters
    function setPrices(uint256 queryFee, uint256 hitFee) external onlyRole(GOVERNOR_ROLE) {
        _requireWithinBounds(ParameterKeys.QUERY_FEE, queryFee);
        _requireWithinBounds(ParameterKeys.HIT_FEE, hitFee);
        _addPrices(currentEpoch() + 1, queryFee, hitFee);
    }

    /// @inheritdoc IProtocolParameters
    function setEpochLength(uint256 lengthS) external onlyRole(GOVERNOR_ROLE) {
        _requireWithinBounds(ParameterKeys.EPOCH_LENGTH_S, lengthS);
        EpochGrid.Checkpoint memory next = _epochs.change(lengthS);
        (_pulse.start, _pulse.first) = (SafeCast.toUint48(next.start), SafeCast.toUint48(next.first));
        _pulse.lengthS = SafeCast.toUint32(lengthS);
        emit EpochLengthSet(next.first, next.start, lengthS);
    }

    /// @inheritdoc IProtocolParameters
    function get(bytes32 key) external view returns (uint256 value) {
        if (_isPrice(key) || key == ParameterKeys.PRICE_VERSION) {
            (uint32 version, uint256 queryFee, uint256 hitFee) = priceAt(currentEpoch());
            if (key == ParameterKeys.PRICE_VERSION) return version;
            return key == ParameterKeys.QUERY_FEE ? queryFee : hitFee;
        }
        if (key == ParameterKeys.EPOCH_LENGTH_S) return _epochs.checkpointAt(block.timestamp).lengthS;
        value = _parameters[key].value;
        // Only a zero can be that of no parameter; most readers are spared the second slot.
        if (value == 0) value = _declared(key).value;
    }

    /// @inheritdoc IProtocolParameters
    function queryTerms() external view returns (QueryTerms memory terms) {
        Pulse memory pulse = _pulse;
        (terms.maxBatchCount, terms.maxDeadlineS) = (pulse.maxBatchCount, pulse.maxDeadlineS);
        terms.entitlementFloor = pulse.entitlementFloor;
        // A new length begins with the epoch after the one that it was set in: until then this is the one before it.
        terms.epoch = block.timestamp < pulse.start
            ? pulse.first - 1
            : SafeCast.toUint64(pulse.first + (block.timestamp - pulse.start) / pulse.lengthS);
    }

    /// @inheritdoc IProtocolParameters
    function boundsOf(bytes32 key) external view returns (uint256 min, uint256 max) {
        Parameter storage parameter = _declared(key);
        return (parameter.min, parameter.max);
    }

    /// @inheritdoc IProtocolParameters
    function priceOf(uint32 version) external view returns (uint64 fromEpoch, uint256 queryFee, uint256 hitFee) {
        if (version == 0 || version > _prices.latestVersion()) revert UnknownPriceVersion(version);
        return _prices.ofVersion(version);
    }

    /// @inheritdoc IProtocolParameters
    function feeBoundsUpTo(uint32 version) external view returns (FeeBounds memory) {
        if (version == 0 || version > _prices.latestVersion()) revert UnknownPriceVersion(version);
        return _prices.boundsUpTo(version);
    }

    /// @inheritdoc IProtocolParameters
    function priceAt(uint64 epoch) public view returns (uint32 version, uint256 queryFee, uint256 hitFee) {
        version = _prices.versionAt(epoch);
        // The epoch that the version counts from is not asked.
        // slither-disable-next-line unused-return
        (, queryFee, hitFee) = _prices.ofVersion(version);
    }

    /// @inheritdoc IProtocolParameters
    function epochAt(uint256 timestamp) public view returns (uint64 epoch) {
        return _epochs.epochAt(timestamp);
    }

    /// @inheritdoc IProtocolParameters
    function currentEpoch() public view returns (uint64 epoch) {
        return epochAt(block.timestamp);
    }

    function _declare(Declaration memory declaration) private {
        bytes32 key = keccak256(bytes(declaration.name));
        if (_parameters[key].declared || key == ParameterKeys.PRICE_VERSION) revert ParameterAlreadyDeclared(key);
        _parameters[key] =
            Parameter({value: declaration.value, min: declaration.min, max: declaration.max, declared: true});
        _requireWithinBounds(key, declaration.value);
        _noteQueryTerm(key, declaration.value);
        emit ParameterDeclared(key, declaration.name, declaration.min, declaration.max, declaration.value);
    }

    function _addPrices(uint64 fromEpoch, uint256 queryFee, uint256 hitFee) private {
        uint32 version = _prices.add(fromEpoch, queryFee, hitFee);
        emit PricesSet(version, queryFee, hitFee, fromEpoch);
    }

    function _noteQueryTerm(bytes32 key, uint256 value) private {
        if (key == ParameterKeys.MAX_BATCH_COUNT) _pulse.maxBatchCount = SafeCast.toUint32(value);
        if (key == ParameterKeys.MAX_DEADLINE_S) _pulse.maxDeadlineS = SafeCast.toUint32(value);
        if (key == ParameterKeys.ENTITLEMENT_FLOOR) _pulse.entitlementFloor = SafeCast.toUint64(value);
    }

    function _requireFeeBound(bytes32 key) private view {
        uint256 max = _declared(key).max;
        if (max > type(uint96).max) revert FeeBoundTooLarge(key, max);
    }

    function _requireWithinBounds(bytes32 key, uint256 value) private view {
        Parameter storage parameter = _declared(key);
        if (value < parameter.min || value > parameter.max) {
            revert ParameterOutOfBounds(key, value, parameter.min, parameter.max);
        }
    }

    function _declared(bytes32 key) private view returns (Parameter storage parameter) {
        parameter = _parameters[key];
        if (!parameter.declared) revert UnknownParameter(key);
    }

    function _isPrice(bytes32 key) private pure returns (bool) {
        return key == ParameterKeys.QUERY_FEE || key == ParameterKeys.HIT_FEE;
    }
}
