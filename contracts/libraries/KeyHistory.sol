// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Term} from "../types/Members.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Every version of a member's keys, never pruned, and until when the replaced ones still count.
/// @dev Versions count from 1 without gaps. A replaced key counts strictly before its `validUntil`: a grace of 0 ends it
/// in the block of the rotation.
library KeyHistory {
    /// @dev One slot, because the ledgers read it for every voucher.
    struct OperatorKey {
        address account;
        uint48 replacedAt;
        uint48 validUntil;
    }

    struct SealingKey {
        uint16 suite;
        uint48 replacedAt;
        uint48 validUntil;
        bytes key;
    }

    struct OprfKey {
        bytes32 key;
        uint48 replacedAt;
        uint48 validUntil;
    }

    struct Keys {
        uint32 sealingVersion;
        uint32 oprfVersion;
        mapping(uint32 version => OperatorKey key) operators;
        mapping(uint32 version => SealingKey key) sealingKeys;
        mapping(uint32 version => OprfKey key) oprfKeys;
    }

    uint16 internal constant X25519_AES256GCM = 1;
    uint16 internal constant MLKEM768_X25519_AES256GCM = 2;
    uint256 internal constant X25519_KEY_LENGTH = 32;
    /// @dev Encapsulation key of ML-KEM-768 (1184 bytes) and public key of X25519.
    uint256 internal constant MLKEM768_X25519_KEY_LENGTH = 1216;
    uint256 internal constant POSSESSION_LENGTH = 96;

    /// @dev The version before must be there already, unless this is the first.
    function putOperator(Keys storage self, uint32 version, address operator, uint64 graceS)
        internal
        returns (uint48 previousUntil)
    {
        self.operators[version].account = operator;
        if (version == 1) return 0;
        OperatorKey storage previous = self.operators[version - 1];
        (previous.replacedAt, previous.validUntil) = _ended(graceS);
        return previous.validUntil;
    }

    function addSealingKey(Keys storage self, uint16 suite, bytes calldata key, uint64 graceS)
        internal
        returns (uint32 version, uint48 previousUntil)
    {
        uint256 length = sealingKeyLength(suite);
        if (key.length != length) revert IMemberRegistry.WrongSealingKeyLength(suite, key.length, length);
        version = ++self.sealingVersion;
        SealingKey storage added = self.sealingKeys[version];
        added.suite = suite;
        added.key = key;
        if (version == 1) return (version, 0);
        SealingKey storage previous = self.sealingKeys[version - 1];
        (previous.replacedAt, previous.validUntil) = _ended(graceS);
        return (version, previous.validUntil);
    }

    function addOprfKey(Keys storage self, bytes32 key, uint64 graceS)
        internal
        returns (uint32 version, uint48 previousUntil)
    {
        version = ++self.oprfVersion;
        self.oprfKeys[version].key = key;
        if (version == 1) return (version, 0);
        OprfKey storage previous = self.oprfKeys[version - 1];
        (previous.replacedAt, previous.validUntil) = _ended(graceS);
        return (version, previous.validUntil);
    }

    function operatorTerm(Keys storage self, uint32 version)
        internal
        view
        returns (address operator, Term memory term)
    {
        OperatorKey storage key = self.operators[version];
        return (key.account, Term({replacedAt: key.replacedAt, validUntil: key.validUntil}));
    }

    function sealingTerm(Keys storage self, uint32 version) internal view returns (Term memory term) {
        SealingKey storage key = self.sealingKeys[version];
        return Term({replacedAt: key.replacedAt, validUntil: key.validUntil});
    }

    function oprfTerm(Keys storage self, uint32 version) internal view returns (bytes32 oprfKey, Term memory term) {
        OprfKey storage key = self.oprfKeys[version];
        return (key.key, Term({replacedAt: key.replacedAt, validUntil: key.validUntil}));
    }

    /// @dev Whether a version of the OPRF key is the current one or within its grace.
    function oprfKeyCounts(Keys storage self, uint32 version) internal view returns (bool) {
        if (version == 0) return false;
        return version == self.oprfVersion || block.timestamp < self.oprfKeys[version].validUntil;
    }

    function requireOprfKey(bytes32 key, bytes calldata possession) internal pure {
        if (key == bytes32(0)) revert IMemberRegistry.IdentityOprfKey();
        if (possession.length != POSSESSION_LENGTH) {
            revert IMemberRegistry.WrongPossessionLength(possession.length, POSSESSION_LENGTH);
        }
    }

    function sealingKeyLength(uint16 suite) internal pure returns (uint256) {
        if (suite == X25519_AES256GCM) return X25519_KEY_LENGTH;
        if (suite == MLKEM768_X25519_AES256GCM) return MLKEM768_X25519_KEY_LENGTH;
        revert IMemberRegistry.UnsupportedSealingSuite(suite);
    }

    function _ended(uint64 graceS) private view returns (uint48 replacedAt, uint48 validUntil) {
        return (SafeCast.toUint48(block.timestamp), SafeCast.toUint48(block.timestamp + graceS));
    }
}
