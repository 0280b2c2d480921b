// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Application, Status} from "../types/Members.sol";

/// @title The roll of members: who may become what, and every key by version.
/// @dev Each transition names the status that it needs. Votes are the registry's own matter.
library MemberRoll {
    struct SealingKey {
        uint16 suite;
        bytes key;
    }

    struct Entry {
        // What every ledger asks for on every call shares one slot.
        address operator;
        Status status;
        bool activated;
        uint32 operatorVersion;
        uint32 sealingVersion;
        address governance;
        uint64 activatesAt;
        uint32 oprfVersion;
        bytes32 profileHash;
        bytes32 tlsFingerprint;
        string endpoint;
        mapping(uint32 version => address operator) operators;
        mapping(uint32 version => SealingKey key) sealingKeys;
        mapping(uint32 version => bytes32 key) oprfKeys;
    }

    struct Roll {
        uint64 count;
        uint64 standing;
        mapping(uint64 memberId => Entry entry) entries;
        mapping(address account => uint64 memberId) accounts;
        mapping(bytes32 oprfKey => uint64 memberId) oprfKeys;
    }

    uint16 internal constant X25519_AES256GCM = 1;
    uint256 internal constant X25519_KEY_LENGTH = 32;
    uint256 internal constant POSSESSION_LENGTH = 96;
    uint256 internal constant MAX_ENDPOINT_LENGTH = 256;
    uint256 internal constant MAX_CERTIFICATE_LENGTH = 2048;

    /// @dev Enters an application under the next number, admitted, with version 1 of each key.
    function enter(Roll storage self, Application calldata application, uint64 activatesAt)
        internal
        returns (uint64 memberId)
    {
        memberId = ++self.count;
        ++self.standing;
        Entry storage entry = self.entries[memberId];
        entry.status = Status.Admitted;
        entry.activatesAt = activatesAt;
        entry.profileHash = application.profileHash;
        setGovernance(self, memberId, application.governance);
        addOperator(self, memberId, application.operator);
        addSealingKey(self, memberId, application.sealingSuite, application.sealingKey);
        addOprfKey(self, memberId, application.oprfKey, application.oprfPossession);
        putEndpoint(self, memberId, application.endpoint, application.certificate);
    }

    function activate(Roll storage self, uint64 memberId) internal {
        Entry storage entry = self.entries[memberId];
        if (entry.status != Status.Admitted) revert IMemberRegistry.WrongStatus(memberId, entry.status);
        if (block.timestamp < entry.activatesAt) {
            revert IMemberRegistry.NotActivatedYet(memberId, block.timestamp, entry.activatesAt);
        }
        entry.status = Status.Active;
        entry.activated = true;
    }

    function suspend(Roll storage self, uint64 memberId) internal returns (bool hadVote) {
        Entry storage entry = self.entries[memberId];
        if (!_stands(entry.status)) revert IMemberRegistry.WrongStatus(memberId, entry.status);
        entry.status = Status.Suspended;
        --self.standing;
        return entry.activated;
    }

    function reinstate(Roll storage self, uint64 memberId) internal returns (bool hasVote) {
        Entry storage entry = self.entries[memberId];
        if (entry.status != Status.Suspended) revert IMemberRegistry.WrongStatus(memberId, entry.status);
        hasVote = entry.activated;
        // A member suspended before its activation still waits for it, so that a suspension is no short cut to a vote.
        entry.status = hasVote ? Status.Active : Status.Admitted;
        ++self.standing;
    }

    /// @dev Ends a membership for ever, as `Left` or `Expelled`.
    function end(Roll storage self, uint64 memberId, Status how) internal returns (bool hadVote) {
        Entry storage entry = self.entries[memberId];
        requireCurrent(self, memberId);
        hadVote = entry.status == Status.Active;
        if (_stands(entry.status)) --self.standing;
        entry.status = how;
    }

    function setGovernance(Roll storage self, uint64 memberId, address governance) internal {
        _claimAccount(self, memberId, governance);
        self.entries[memberId].governance = governance;
    }

    function addOperator(Roll storage self, uint64 memberId, address operator) internal returns (uint32 version) {
        _claimAccount(self, memberId, operator);
        Entry storage entry = self.entries[memberId];
        version = ++entry.operatorVersion;
        entry.operator = operator;
        entry.operators[version] = operator;
    }

    function addSealingKey(Roll storage self, uint64 memberId, uint16 suite, bytes calldata key)
        internal
        returns (uint32 version)
    {
        if (suite != X25519_AES256GCM) revert IMemberRegistry.UnsupportedSealingSuite(suite);
        if (key.length != X25519_KEY_LENGTH) {
            revert IMemberRegistry.WrongSealingKeyLength(suite, key.length, X25519_KEY_LENGTH);
        }
        Entry storage entry = self.entries[memberId];
        version = ++entry.sealingVersion;
        entry.sealingKeys[version] = SealingKey({suite: suite, key: key});
    }

    function addOprfKey(Roll storage self, uint64 memberId, bytes32 key, bytes calldata possession)
        internal
        returns (uint32 version)
    {
        if (key == bytes32(0)) revert IMemberRegistry.IdentityOprfKey();
        if (possession.length != POSSESSION_LENGTH) {
            revert IMemberRegistry.WrongPossessionLength(possession.length, POSSESSION_LENGTH);
        }
        uint64 user = self.oprfKeys[key];
        if (user != 0) revert IMemberRegistry.OprfKeyAlreadyUsed(key, user);
        self.oprfKeys[key] = memberId;
        Entry storage entry = self.entries[memberId];
        version = ++entry.oprfVersion;
        entry.oprfKeys[version] = key;
    }

    function putEndpoint(Roll storage self, uint64 memberId, string calldata endpoint, bytes calldata certificate)
        internal
        returns (bytes32 tlsFingerprint)
    {
        uint256 length = bytes(endpoint).length;
        if (length == 0 || length > MAX_ENDPOINT_LENGTH) {
            revert IMemberRegistry.EndpointLengthOutOfBounds(length, MAX_ENDPOINT_LENGTH);
        }
        if (certificate.length == 0 || certificate.length > MAX_CERTIFICATE_LENGTH) {
            revert IMemberRegistry.CertificateLengthOutOfBounds(certificate.length, MAX_CERTIFICATE_LENGTH);
        }
        tlsFingerprint = sha256(certificate);
        Entry storage entry = self.entries[memberId];
        entry.endpoint = endpoint;
        entry.tlsFingerprint = tlsFingerprint;
    }

    /// @dev Refuses unknown members and those that left or were expelled.
    function requireCurrent(Roll storage self, uint64 memberId) internal view {
        Status status = self.entries[memberId].status;
        if (!_stands(status) && status != Status.Suspended) revert IMemberRegistry.WrongStatus(memberId, status);
    }

    function inStanding(Roll storage self, uint64 memberId) internal view returns (bool) {
        return _stands(self.entries[memberId].status);
    }

    /// @dev Accounts that were replaced stay claimed, but speak for nobody.
    function memberOf(Roll storage self, address account) internal view returns (uint64 memberId) {
        memberId = self.accounts[account];
        Entry storage entry = self.entries[memberId];
        if (account != entry.operator && account != entry.governance) return 0;
    }

    function _claimAccount(Roll storage self, uint64 memberId, address account) private {
        if (account == address(0)) revert IMemberRegistry.ZeroAccount();
        uint64 user = self.accounts[account];
        if (user != 0) revert IMemberRegistry.AccountAlreadyUsed(account, user);
        self.accounts[account] = memberId;
    }

    function _stands(Status status) private pure returns (bool) {
        return status == Status.Admitted || status == Status.Active;
    }
}
