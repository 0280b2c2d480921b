// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Standing} from "../libraries/Standing.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Every member's published snapshots, by sequence number.
contract DatasetRegistry is IDatasetRegistry {
    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    mapping(uint64 memberId => uint64 sequence) private _latest;
    mapping(uint64 memberId => mapping(uint64 sequence => Snapshot snapshot)) private _snapshots;

    constructor(IMemberRegistry registry, IProtocolParameters parameters) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
    }

    /// @inheritdoc IDatasetRegistry
    function publish(uint64 sequence, bytes32 root, uint8 bits, uint32 oprfKeyVersion) external {
        uint64 memberId = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (memberId == 0) revert NotOperatorInStanding(msg.sender);
        uint64 last = _latest[memberId];
        if (sequence <= last) revert SequenceNotGreater(memberId, sequence, last);
        uint256 max = _PARAMETERS.get(ParameterKeys.MAX_BUCKET_BITS);
        if (bits > max) revert TooManyBits(bits, max);
        if (_REGISTRY.oprfKeyAt(memberId, oprfKeyVersion) == bytes32(0)) {
            revert UnknownOprfKeyVersion(memberId, oprfKeyVersion);
        }
        _latest[memberId] = sequence;
        _snapshots[memberId][sequence] = Snapshot({
            root: root,
            sequence: sequence,
            blockNumber: SafeCast.toUint64(block.number),
            bits: bits,
            oprfKeyVersion: oprfKeyVersion
        });
        emit Published(memberId, sequence, root, bits, oprfKeyVersion);
    }

    /// @inheritdoc IDatasetRegistry
    function latest(uint64 memberId) external view returns (Snapshot memory) {
        return _snapshots[memberId][_latest[memberId]];
    }

    /// @inheritdoc IDatasetRegistry
    function snapshotAt(uint64 memberId, uint64 sequence) external view returns (Snapshot memory) {
        return _snapshots[memberId][sequence];
    }
}
