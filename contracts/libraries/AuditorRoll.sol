// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {Auditor, AuditorPapers} from "../types/Audits.sol";

/// @title The few accounts that audit. So few that a majority of them is counted one by one.
library AuditorRoll {
    struct Roll {
        address[] accounts;
        mapping(address account => Auditor auditor) auditors;
    }

    uint256 internal constant MAX_AUDITORS = 15;
    uint16 internal constant X25519_AES256GCM = 1;
    uint256 internal constant X25519_KEY_LENGTH = 32;
    uint256 internal constant MAX_CERTIFICATE_LENGTH = 2048;

    function appoint(Roll storage self, address account, AuditorPapers calldata papers)
        internal
        returns (bytes32 tlsFingerprint)
    {
        if (account == address(0)) revert IAuditLedger.ZeroAccount();
        if (isAuditor(self, account)) revert IAuditLedger.AlreadyAuditor(account);
        if (self.accounts.length >= MAX_AUDITORS) revert IAuditLedger.TooManyAuditors(MAX_AUDITORS);
        self.accounts.push(account);
        self.auditors[account].nameHash = papers.nameHash;
        return setKeys(self, account, papers.sealingSuite, papers.sealingKey, papers.certificate);
    }

    function remove(Roll storage self, address account) internal {
        requireAuditor(self, account);
        delete self.auditors[account];
        uint256 last = self.accounts.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (self.accounts[i] == account) self.accounts[i] = self.accounts[last];
        }
        self.accounts.pop();
    }

    function setKeys(Roll storage self, address account, uint16 suite, bytes calldata key, bytes calldata certificate)
        internal
        returns (bytes32 tlsFingerprint)
    {
        if (suite != X25519_AES256GCM) revert IAuditLedger.UnsupportedSealingSuite(suite);
        if (key.length != X25519_KEY_LENGTH) {
            revert IAuditLedger.WrongSealingKeyLength(suite, key.length, X25519_KEY_LENGTH);
        }
        if (certificate.length == 0 || certificate.length > MAX_CERTIFICATE_LENGTH) {
            revert IAuditLedger.CertificateLengthOutOfBounds(certificate.length, MAX_CERTIFICATE_LENGTH);
        }
        tlsFingerprint = sha256(certificate);
        Auditor storage auditor = self.auditors[account];
        (auditor.sealingSuite, auditor.sealingKey, auditor.tlsFingerprint) = (suite, key, tlsFingerprint);
    }

    function isAuditor(Roll storage self, address account) internal view returns (bool) {
        return self.auditors[account].sealingSuite != 0;
    }

    function requireAuditor(Roll storage self, address account) internal view {
        if (!isAuditor(self, account)) revert IAuditLedger.NotAnAuditor(account);
    }

    /// @dev Auditors that must agree: more than half.
    function quorum(Roll storage self) internal view returns (uint256) {
        return self.accounts.length / 2 + 1;
    }
}
