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
    uint16 sealingSuite; // 1 = X25519, HKDF-SHA256, AES-256-GCM
    bytes sealingKey; // 32 bytes for suite 1
    bytes32 oprfKey; // ristretto255 point
    bytes oprfPossession; // 96 bytes Z || c || s, checked off the chain by every member
    string endpoint; // URL that other members reach the member at
    bytes certificate; // TLS certificate in DER; the one that other members accept
    bytes32 profileHash;
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
