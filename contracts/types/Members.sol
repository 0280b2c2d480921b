// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @dev What a member is now. `Left` and `Expelled` are final.
enum Status {
    None,
    Admitted,
    Active,
    Suspended,
    Left,
    Expelled
}

/// @dev What an institution brings when it founds the consortium or is admitted to it.
struct Application {
    address governance; // cold account: owns the vote
    address operator; // hot account: signs messages, vouchers and transactions
    uint16 sealingSuite; // HPKE with HKDF-SHA256 and AES-256-GCM over 1 = X25519, 2 = MLKEM768-X25519
    bytes sealingKey; // 32 bytes for suite 1, 1216 for suite 2
    bytes32 oprfKey; // ristretto255 point
    bytes oprfPossession; // 96 bytes Z || c || s, checked off the chain by every member
    string endpoint; // URL that other members reach the member at
    bytes certificate; // TLS certificate in DER; the one that other members accept
    bytes32 profileHash;
}

/// @dev When a version of a key ended. All zeros while it is the current one, and for a version that does not exist.
struct Term {
    uint48 replacedAt; // unix seconds of the rotation
    uint48 validUntil; // unix seconds before which it still counts beside its successor
}

/// @dev A member as it stands now. Versions count from 1.
struct Identity {
    Status status;
    address governance;
    address operator;
    uint32 operatorVersion;
    uint16 sealingSuite;
    bytes sealingKey;
    uint32 sealingVersion;
    bytes32 oprfKey;
    uint32 oprfVersion;
    string endpoint;
    bytes32 tlsFingerprint;
    bytes32 profileHash;
    uint64 activatesAt;
}
