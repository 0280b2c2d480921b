// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

// The statements members sign to each other. Type strings: eip712.json beside this file.

struct Header {
    uint8 version;
    uint8 messageType;
    bytes32 batchId;
    uint64 sender;
    uint64 recipient;
    uint32 senderKeyVersion;
    uint32 recipientKeyVersion;
    bytes32 bodyDigest;
}

struct Request {
    uint8 mode;
    uint64 requester;
    uint128 nonce;
    bytes32 elementsHash;
    uint32 count;
    uint16 purpose;
    bytes32 caseCommitment;
    uint64 issuedAt;
    uint64 deadline;
    uint64 referenceBlock;
    bytes32 referenceBlockHash;
}

struct ReplyHead {
    bytes32 batchId;
    uint64 holder;
    uint64 snapshotBlock;
    bytes32 snapshotBlockHash;
    uint64 sequence;
    bytes32 root;
    uint8 bits;
    uint32 oprfKeyVersion;
    uint64 answeredAt;
    bytes32 bodyDigest;
}

struct Receipt {
    bytes32 batchId;
    uint64 holder;
    uint8 outcome;
    uint16 reason;
    bytes32 bodyDigest;
}

struct Claim {
    bytes32 batchId;
    uint64 holder;
    uint32 index;
    bytes subject;
    bytes32 blind;
}

struct Disclosure {
    bytes32 batchId;
    uint32 index;
    uint8 category;
    bytes32 recordDigest;
}

/// @dev A signed running total owed by `requester` to `holder`; `amount` is in credits and includes all before it.
struct Voucher {
    uint64 requester;
    uint64 holder;
    uint64 queries;
    uint64 hits;
    uint256 amount;
    uint32 priceVersion;
    uint32 keyVersion;
}

struct Publication {
    uint64 holder;
    uint64 sequence;
    bytes32 root;
    uint8 bits;
    uint32 oprfKeyVersion;
}

/// @dev Signed twice: by the new operator, as proof of possession, and by the governance account, as its order. The
/// version is the one that follows, so that an order serves once.
struct OperatorRotation {
    uint64 memberId;
    uint32 version;
    address operator;
    uint64 graceS;
}

/// @dev Signed by the governance account of a member that leaves.
struct Departure {
    uint64 memberId;
}
