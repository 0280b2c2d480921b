// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Application, Status} from "../types/Members.sol";
import {KeyHistory} from "./KeyHistory.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The roll of members: who may become what, and which account speaks for whom.
/// @dev Each transition names the status that it needs. Votes are the registry's own matter, keys that of `KeyHistory`.
library MemberRoll {
    using KeyHistory for KeyHistory.Keys;

    struct Entry {
        // What every ledger asks for on every call shares one slot.
        address operator;
        Status status;
        bool activated;
        uint48 emergencyUntil;
        uint32 operatorVersion;
        address governance;
        uint64 activatesAt;
        uint64 exitedAt;
        uint48 emergencyAgainFrom;
        bytes32 profileHash;
        bytes32 tlsFingerprint;
        string endpoint;
        KeyHistory.Keys keys;
    }

    /// @dev `operatorVersion` is 0 for a governance account. `validUntil` is that of a replaced operator, here a second time
    /// beside the history of keys, so that asking for whom a caller may act costs the same within a grace.
    struct Account {
        uint64 memberId;
        uint32 operatorVersion;
        uint48 validUntil;
    }

    struct Roll {
        uint64 count;
        uint64 standing;
        mapping(uint64 memberId => Entry entry) entries;
        mapping(address account => Account user) accounts;
        mapping(bytes32 oprfKey => uint64 memberId) oprfKeys;
        mapping(bytes32 profileHash => uint64 memberId) profiles;
    }

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
        setGovernance(self, memberId, application.governance);
        addOperator(self, memberId, application.operator, 0);
        // The first key of a member replaces none.
        // slither-disable-next-line unused-return
        entry.keys.addSealingKey(application.sealingSuite, application.sealingKey, 0);
        addOprfKey(self, memberId, application.oprfKey, application.oprfPossession, 0);
        putEndpoint(self, memberId, application.endpoint, application.certificate);
        setProfile(self, memberId, application.profileHash);
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

    /// @dev A vote overrides an emergency suspension that is still running.
    function suspend(Roll storage self, uint64 memberId) internal returns (bool hadVote) {
        Entry storage entry = self.entries[memberId];
        if (!_stands(entry.status)) revert IMemberRegistry.WrongStatus(memberId, entry.status);
        entry.status = Status.Suspended;
        entry.emergencyUntil = 0;
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

    /// @dev Takes the standing away for `lastsS` seconds, and not again before another `pauseS` from now.
    function suspendInEmergency(Roll storage self, uint64 memberId, uint256 lastsS, uint256 pauseS)
        internal
        returns (uint48 until, uint48 againFrom)
    {
        Entry storage entry = self.entries[memberId];
        if (!_stands(entry.status)) revert IMemberRegistry.WrongStatus(memberId, entry.status);
        if (block.timestamp < entry.emergencyAgainFrom) {
            revert IMemberRegistry.EmergencyNotAgainYet(memberId, block.timestamp, entry.emergencyAgainFrom);
        }
        until = SafeCast.toUint48(block.timestamp + lastsS);
        againFrom = SafeCast.toUint48(block.timestamp + pauseS);
        entry.emergencyUntil = until;
        entry.emergencyAgainFrom = againFrom;
    }

    /// @dev Ends a membership for ever, as `Left` or `Expelled`.
    function end(Roll storage self, uint64 memberId, Status how) internal returns (bool hadVote) {
        Entry storage entry = self.entries[memberId];
        requireCurrent(self, memberId);
        hadVote = entry.status == Status.Active;
        if (_stands(entry.status)) --self.standing;
        entry.status = how;
        entry.exitedAt = SafeCast.toUint64(block.timestamp);
    }

    function setGovernance(Roll storage self, uint64 memberId, address governance) internal {
        _claimAccount(self, governance, Account({memberId: memberId, operatorVersion: 0, validUntil: 0}));
        self.entries[memberId].governance = governance;
    }

    function addOperator(Roll storage self, uint64 memberId, address operator, uint64 graceS)
        internal
        returns (uint32 version, uint48 previousUntil)
    {
        Entry storage entry = self.entries[memberId];
        version = ++entry.operatorVersion;
        _claimAccount(self, operator, Account({memberId: memberId, operatorVersion: version, validUntil: 0}));
        address previous = entry.operator;
        entry.operator = operator;
        previousUntil = entry.keys.putOperator(version, operator, graceS);
        if (version > 1) self.accounts[previous].validUntil = previousUntil;
    }

    function addOprfKey(Roll storage self, uint64 memberId, bytes32 key, bytes calldata possession, uint64 graceS)
        internal
        returns (uint32 version, uint48 previousUntil)
    {
        KeyHistory.requireOprfKey(key, possession);
        uint64 user = self.oprfKeys[key];
        if (user != 0) revert IMemberRegistry.OprfKeyAlreadyUsed(key, user);
        self.oprfKeys[key] = memberId;
        return self.entries[memberId].keys.addOprfKey(key, graceS);
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

    /// @dev A profile is one member's for ever, so that nobody takes another's name.
    function setProfile(Roll storage self, uint64 memberId, bytes32 profileHash) internal {
        uint64 user = self.profiles[profileHash];
        if (user != 0 && user != memberId) revert IMemberRegistry.ProfileAlreadyUsed(profileHash, user);
        self.profiles[profileHash] = memberId;
        self.entries[memberId].profileHash = profileHash;
    }

    /// @dev Refuses unknown members and those that left or were expelled.
    function requireCurrent(Roll storage self, uint64 memberId) internal view {
        Status status = self.entries[memberId].status;
        if (!_stands(status) && status != Status.Suspended) revert IMemberRegistry.WrongStatus(memberId, status);
    }

    function inStanding(Roll storage self, uint64 memberId) internal view returns (bool) {
        Entry storage entry = self.entries[memberId];
        return _stands(entry.status) && block.timestamp >= entry.emergencyUntil;
    }

    /// @dev The member that `account` operates: as its current operator, or as an earlier one within its grace.
    function operatedBy(Roll storage self, address account) internal view returns (uint64 memberId) {
        Account storage user = self.accounts[account];
        uint32 version = user.operatorVersion;
        if (version == 0) return 0;
        memberId = user.memberId;
        Entry storage entry = self.entries[memberId];
        if (version == entry.operatorVersion || block.timestamp < user.validUntil) return memberId;
        return 0;
    }

    /// @dev Accounts that were replaced stay claimed, but speak for nobody.
    function memberOf(Roll storage self, address account) internal view returns (uint64 memberId) {
        memberId = self.accounts[account].memberId;
        Entry storage entry = self.entries[memberId];
        if (account != entry.operator && account != entry.governance) return 0;
    }

    function _claimAccount(Roll storage self, address account, Account memory user) private {
        if (account == address(0)) revert IMemberRegistry.ZeroAccount();
        uint64 earlier = self.accounts[account].memberId;
        if (earlier != 0) revert IMemberRegistry.AccountAlreadyUsed(account, earlier);
        self.accounts[account] = user;
    }

    function _stands(Status status) private pure returns (bool) {
        return status == Status.Admitted || status == Status.Active;
    }
}
