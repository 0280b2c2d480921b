// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {MessageHashes} from "../../contracts/libraries/MessageHashes.sol";
import {PositionalMerkle} from "../../contracts/libraries/PositionalMerkle.sol";
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
} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev Solidity arrives at the numbers of tests/parity/vectors.json, which an implementation in Python made.
contract ParityTest {
    using MessageHashes for Header;
    using MessageHashes for Request;
    using MessageHashes for ReplyHead;
    using MessageHashes for Receipt;
    using MessageHashes for Claim;
    using MessageHashes for Disclosure;
    using MessageHashes for Voucher;
    using MessageHashes for Publication;
    using MessageHashes for OperatorRotation;
    using MessageHashes for Departure;

    string private json;
    string private at; // path of the values that are being read

    function setUp() public {
        json = vm.readFile("./tests/parity/vectors.json");
    }

    function test_type_hashes__of_every_struct__are_those_of_the_type_strings() public view {
        string memory types = vm.readFile("./contracts/types/eip712.json");
        string[] memory names = vm.parseJsonKeys(types, "$");
        vm.assertEq(names.length, 10);
        for (uint256 i = 0; i < names.length; ++i) {
            bytes32 expected = keccak256(bytes(vm.parseJsonString(types, string.concat(".", names[i]))));
            vm.assertEq(typeHash(names[i]), expected, names[i]);
        }
    }

    function test_struct_hashes_digests_and_signers__of_every_struct__agree() public {
        string[] memory names = vm.parseJsonKeys(json, ".eip712");
        vm.assertEq(names.length, 10);
        for (uint256 i = 0; i < names.length; ++i) {
            uint256 cases;
            for (; caseExists(string.concat(".eip712.", names[i]), cases); ++cases) {
                string memory place = string.concat(".eip712.", names[i], "[", vm.toString(cases), "]");
                bytes32 hashed = structHash(names[i], string.concat(place, ".values."));
                vm.assertEq(hashed, bytes32Of(string.concat(place, ".structHash")), place);
                bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator(place), hashed));
                vm.assertEq(digest, bytes32Of(string.concat(place, ".digest")), place);
                bytes memory signature = vm.parseJsonBytes(json, string.concat(place, ".signature"));
                address signer = vm.parseJsonAddress(json, string.concat(place, ".signer"));
                vm.assertEq(ECDSA.recover(digest, signature), signer);
            }
            vm.assertEq(cases, 5, names[i]);
        }
    }

    function test_merkle__trees_and_paths__agree() public view {
        uint256 trees;
        for (; caseExists(".merkle", trees); ++trees) {
            string memory tree = string.concat(".merkle[", vm.toString(trees), "]");
            uint256 bits = uintOf(string.concat(tree, ".bits"));
            bytes32 root = bytes32Of(string.concat(tree, ".root"));
            bytes32[] memory leaves = leavesOf(tree, bits);
            for (uint256 q = 0; q <= bits; ++q) {
                string memory path = string.concat(tree, ".paths[", vm.toString(q), "]");
                uint256 prefix = uintOf(string.concat(path, ".prefix"));
                bytes32 subtree = PositionalMerkle.rootOf(slice(leaves, prefix << (bits - q), 1 << (bits - q)));
                vm.assertEq(subtree, bytes32Of(string.concat(path, ".subtree")), path);
                bytes32[] memory siblings = vm.parseJsonBytes32Array(json, string.concat(path, ".siblings"));
                vm.assertEq(siblings.length, q);
                vm.assertEq(PositionalMerkle.rootFrom(subtree, prefix, siblings), root, path);
            }
        }
        vm.assertEq(trees, 4);
    }

    function leavesOf(string memory tree, uint256 bits) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](1 << bits);
        for (uint256 i = 0; i < leaves.length; ++i) {
            string memory bucket = string.concat(tree, ".buckets[", vm.toString(i), "]");
            bytes memory tags = vm.parseJsonBytes(json, string.concat(bucket, ".tags"));
            bytes memory digests = vm.parseJsonBytes(json, string.concat(bucket, ".digests"));
            leaves[i] = PositionalMerkle.leaf(uint32(i), keccak256(tags), keccak256(digests));
            vm.assertEq(leaves[i], bytes32Of(string.concat(bucket, ".leaf")), bucket);
        }
    }

    function separator(string memory place) private view returns (bytes32) {
        string memory domain = string.concat(place, ".domain.");
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(vm.parseJsonString(json, string.concat(domain, "name")))),
                keccak256(bytes(vm.parseJsonString(json, string.concat(domain, "version")))),
                uintOf(string.concat(domain, "chainId")),
                vm.parseJsonAddress(json, string.concat(domain, "verifyingContract"))
            )
        );
    }

    function structHash(string memory name, string memory values) private returns (bytes32) {
        at = values;
        bytes32 kind = keccak256(bytes(name));
        if (kind == keccak256("Header")) return header().hash();
        if (kind == keccak256("Request")) return request().hash();
        if (kind == keccak256("ReplyHead")) return replyHead().hash();
        if (kind == keccak256("Receipt")) {
            return Receipt(b("batchId"), u64("holder"), u8("outcome"), uint16(u("reason")), b("bodyDigest")).hash();
        }
        if (kind == keccak256("Claim")) {
            bytes memory subject = vm.parseJsonBytes(json, string.concat(at, "subject"));
            return Claim(b("batchId"), u64("holder"), u32("index"), subject, b("blind")).hash();
        }
        if (kind == keccak256("Disclosure")) {
            return Disclosure(b("batchId"), u32("index"), u8("category"), b("recordDigest")).hash();
        }
        if (kind == keccak256("Voucher")) return voucher().hash();
        if (kind == keccak256("OperatorRotation")) {
            address operator = vm.parseJsonAddress(json, string.concat(at, "operator"));
            return OperatorRotation(u64("memberId"), u32("version"), operator, u64("graceS")).hash();
        }
        if (kind == keccak256("Departure")) return Departure(u64("memberId")).hash();
        return Publication(u64("holder"), u64("sequence"), b("root"), u8("bits"), u32("oprfKeyVersion")).hash();
    }

    function header() private view returns (Header memory) {
        return Header(
            u8("version"),
            u8("messageType"),
            b("batchId"),
            u64("sender"),
            u64("recipient"),
            u32("senderKeyVersion"),
            u32("recipientKeyVersion"),
            b("bodyDigest")
        );
    }

    function request() private view returns (Request memory) {
        return Request(
            u8("mode"),
            u64("requester"),
            uint128(u("nonce")),
            b("elementsHash"),
            u32("count"),
            uint16(u("purpose")),
            b("caseCommitment"),
            u64("issuedAt"),
            u64("deadline"),
            u64("referenceBlock"),
            b("referenceBlockHash")
        );
    }

    function replyHead() private view returns (ReplyHead memory) {
        return ReplyHead(
            b("batchId"),
            u64("holder"),
            u64("snapshotBlock"),
            b("snapshotBlockHash"),
            u64("sequence"),
            b("root"),
            u8("bits"),
            u32("oprfKeyVersion"),
            u64("answeredAt"),
            b("bodyDigest")
        );
    }

    function voucher() private view returns (Voucher memory) {
        return Voucher(
            u64("requester"),
            u64("holder"),
            u64("queries"),
            u64("hits"),
            u("amount"),
            u32("priceVersion"),
            u32("keyVersion")
        );
    }

    function u(string memory name) private view returns (uint256) {
        return uintOf(string.concat(at, name));
    }

    function u64(string memory name) private view returns (uint64) {
        return uint64(u(name));
    }

    function u32(string memory name) private view returns (uint32) {
        return uint32(u(name));
    }

    function u8(string memory name) private view returns (uint8) {
        return uint8(u(name));
    }

    function b(string memory name) private view returns (bytes32) {
        return bytes32Of(string.concat(at, name));
    }

    function uintOf(string memory path) private view returns (uint256) {
        return vm.parseJsonUint(json, path);
    }

    function bytes32Of(string memory path) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, path);
    }

    function caseExists(string memory list, uint256 index) private view returns (bool) {
        return vm.keyExistsJson(json, string.concat(list, "[", vm.toString(index), "]"));
    }

    function typeHash(string memory name) private pure returns (bytes32) {
        bytes32 kind = keccak256(bytes(name));
        if (kind == keccak256("Header")) return MessageHashes.HEADER_TYPEHASH;
        if (kind == keccak256("Request")) return MessageHashes.REQUEST_TYPEHASH;
        if (kind == keccak256("ReplyHead")) return MessageHashes.REPLY_HEAD_TYPEHASH;
        if (kind == keccak256("Receipt")) return MessageHashes.RECEIPT_TYPEHASH;
        if (kind == keccak256("Claim")) return MessageHashes.CLAIM_TYPEHASH;
        if (kind == keccak256("Disclosure")) return MessageHashes.DISCLOSURE_TYPEHASH;
        if (kind == keccak256("Voucher")) return MessageHashes.VOUCHER_TYPEHASH;
        if (kind == keccak256("OperatorRotation")) return MessageHashes.OPERATOR_ROTATION_TYPEHASH;
        if (kind == keccak256("Departure")) return MessageHashes.DEPARTURE_TYPEHASH;
        return MessageHashes.PUBLICATION_TYPEHASH;
    }

    function slice(bytes32[] memory whole, uint256 start, uint256 length) private pure returns (bytes32[] memory part) {
        part = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            part[i] = whole[start + i];
        }
    }
}
