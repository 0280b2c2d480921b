// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Standing} from "../libraries/Standing.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Every member's published snapshots, by sequence number.
contract DatasetRegistry is AccessControl, IDatasetRegistry {
    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    IQualityLedger private _quality;
    mapping(uint64 memberId => uint64 sequence) private _latest;
    mapping(uint64 memberId => mapping(uint64 sequence => Snapshot snapshot)) private _snapshots;

    /// @param quality where freshness is noted, until the members vote for another
    /// @param admin may grant and revoke roles; hands over to the timelock and renounces
    constructor(IMemberRegistry registry, IProtocolParameters parameters, IQualityLedger quality, address admin) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _quality = quality;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IDatasetRegistry
    function publish(uint64 sequence, bytes32 root, uint8 bits, uint32 oprfKeyVersion, uint32 changed) external {
        uint64 memberId = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (memberId == 0) revert NotOperatorInStanding(msg.sender);
        Snapshot memory snapshot = Snapshot({
            root: root,
            sequence: sequence,
            blockNumber: SafeCast.toUint64(block.number),
            bits: bits,
            oprfKeyVersion: oprfKeyVersion,
            changed: changed
        });
        if (_stands(memberId, snapshot)) return;
        uint64 last = _latest[memberId];
        if (sequence <= last) revert SequenceNotGreater(memberId, sequence, last);
        uint256 max = _PARAMETERS.get(ParameterKeys.MAX_BUCKET_BITS);
        if (bits > max) revert TooManyBits(bits, max);
        if (_REGISTRY.oprfKeyAt(memberId, oprfKeyVersion) == bytes32(0)) {
            revert UnknownOprfKeyVersion(memberId, oprfKeyVersion);
        }
        _latest[memberId] = sequence;
        _snapshots[memberId][sequence] = snapshot;
        emit Published(memberId, sequence, root, bits, oprfKeyVersion, changed);
        _quality.noteFreshness(memberId, changed);
    }

    /// @inheritdoc IDatasetRegistry
    function setQualityLedger(IQualityLedger quality) external onlyRole(GOVERNOR_ROLE) {
        _quality = quality;
        emit QualityLedgerSet(quality);
    }

    /// @inheritdoc IDatasetRegistry
    function latest(uint64 memberId) external view returns (Snapshot memory) {
        return _snapshots[memberId][_latest[memberId]];
    }

    /// @inheritdoc IDatasetRegistry
    function snapshotAt(uint64 memberId, uint64 sequence) external view returns (Snapshot memory) {
        return _snapshots[memberId][sequence];
    }

    /// @dev Whether the member's last publication says the same as this one.
    function _stands(uint64 memberId, Snapshot memory again) private view returns (bool) {
        // Whether it is the same publication: nothing here can be moved from outside as a balance can.
        // slither-disable-next-line incorrect-equality
        if (again.sequence == 0 || again.sequence != _latest[memberId]) return false;
        Snapshot memory last = _snapshots[memberId][again.sequence];
        // slither-disable-next-line incorrect-equality
        return last.root == again.root && last.bits == again.bits && last.oprfKeyVersion == again.oprfKeyVersion
            && last.changed == again.changed;
    }
}
