// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {
    Claim,
    Departure,
    Disclosure,
    Header,
    OperatorRotation,
    Publication,
    Receipt,
    ReplyHead,
    Request,
    Voucher
} from "../types/Messages.sol";

/// @title EIP-712 struct hashes of everything members sign; the type strings are those of types/eip712.json.
library MessageHashes {
    bytes32 internal constant HEADER_TYPEHASH = keccak256(
        "Header(uint8 version,uint8 messageType,bytes32 batchId,uint64 sender,uint64 recipient,uint32 senderKeyVersion,uint32 recipientKeyVersion,bytes32 bodyDigest)"
    );
    bytes32 internal constant REQUEST_TYPEHASH = keccak256(
        "Request(uint8 mode,uint64 requester,uint128 nonce,bytes32 elementsHash,uint32 count,uint16 purpose,bytes32 caseCommitment,uint64 issuedAt,uint64 deadline,uint64 referenceBlock,bytes32 referenceBlockHash)"
    );
    bytes32 internal constant REPLY_HEAD_TYPEHASH = keccak256(
        "ReplyHead(bytes32 batchId,uint64 holder,uint64 snapshotBlock,bytes32 snapshotBlockHash,uint64 sequence,bytes32 root,uint8 bits,uint32 oprfKeyVersion,uint64 answeredAt,bytes32 bodyDigest)"
    );
    bytes32 internal constant RECEIPT_TYPEHASH =
        keccak256("Receipt(bytes32 batchId,uint64 holder,uint8 outcome,uint16 reason,bytes32 bodyDigest)");
    bytes32 internal constant CLAIM_TYPEHASH =
        keccak256("Claim(bytes32 batchId,uint64 holder,uint32 index,bytes subject,bytes32 blind)");
    bytes32 internal constant DISCLOSURE_TYPEHASH =
        keccak256("Disclosure(bytes32 batchId,uint32 index,uint8 category,bytes32 recordDigest)");
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(uint64 requester,uint64 holder,uint64 queries,uint64 hits,uint256 amount,uint32 priceVersion,uint32 keyVersion)"
    );
    bytes32 internal constant PUBLICATION_TYPEHASH =
        keccak256("Publication(uint64 holder,uint64 sequence,bytes32 root,uint8 bits,uint32 oprfKeyVersion)");
    bytes32 internal constant OPERATOR_ROTATION_TYPEHASH =
        keccak256("OperatorRotation(uint64 memberId,uint32 version,address operator,uint64 graceS)");
    bytes32 internal constant DEPARTURE_TYPEHASH = keccak256("Departure(uint64 memberId)");

    // Structs of static members encode in memory exactly as EIP-712 asks: one 32-byte word a member, in order.

    function hash(Header memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(HEADER_TYPEHASH, header));
    }

    function hash(Request memory request) internal pure returns (bytes32) {
        return keccak256(abi.encode(REQUEST_TYPEHASH, request));
    }

    function hash(ReplyHead memory head) internal pure returns (bytes32) {
        return keccak256(abi.encode(REPLY_HEAD_TYPEHASH, head));
    }

    function hash(Receipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, receipt));
    }

    function hash(Claim memory claim) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(CLAIM_TYPEHASH, claim.batchId, claim.holder, claim.index, keccak256(claim.subject), claim.blind)
        );
    }

    function hash(Disclosure memory disclosure) internal pure returns (bytes32) {
        return keccak256(abi.encode(DISCLOSURE_TYPEHASH, disclosure));
    }

    function hash(Voucher memory voucher) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER_TYPEHASH, voucher));
    }

    function hash(Publication memory publication) internal pure returns (bytes32) {
        return keccak256(abi.encode(PUBLICATION_TYPEHASH, publication));
    }

    function hash(OperatorRotation memory rotation) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPERATOR_ROTATION_TYPEHASH, rotation));
    }

    function hash(Departure memory departure) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEPARTURE_TYPEHASH, departure));
    }
}
