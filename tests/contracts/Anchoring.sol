// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorTree} from "../../contracts/libraries/AnchorTree.sol";
import {MessageHashes} from "../../contracts/libraries/MessageHashes.sol";
import {AnchorProof, AnchorSibling} from "../../contracts/types/Anchors.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Builds signed express requests, anchors over them and proofs, as a requester does.
abstract contract Anchoring is World {
    using MessageHashes for Request;

    function express(uint64 requester, uint128 nonce, uint32 count) internal view returns (Request memory) {
        return Request({
            mode: 2,
            requester: requester,
            nonce: nonce,
            elementsHash: keccak256(abi.encode(nonce, count)),
            count: count,
            purpose: 1,
            caseCommitment: bytes32(0),
            issuedAt: uint64(block.timestamp),
            deadline: uint64(block.timestamp + 60),
            referenceBlock: 1,
            referenceBlockHash: bytes32(uint256(1))
        });
    }

    function signedRequest(Request memory request, uint256 key)
        internal
        view
        returns (IQueryLedger.SignedRequest memory)
    {
        return IQueryLedger.SignedRequest(request, 1, signedForRegistry(key, request.hash()));
    }

    function signedRequest(Request memory request) internal view returns (IQueryLedger.SignedRequest memory) {
        return signedRequest(request, operatorKey(request.requester));
    }

    function batchIdOf(Request memory request) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Riskmesh"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, request.hash()));
    }

    /// @dev Root and elements of an anchor over batches.
    function summed(bytes32[] memory batches, uint32[] memory counts)
        internal
        pure
        returns (bytes32 root, uint64 elements)
    {
        (bytes32[] memory hashes, uint64[] memory sums) = leaves(batches, counts);
        for (uint256 width = hashes.length; width > 1; width = (width + 1) / 2) {
            lift(hashes, sums, width);
        }
        return (hashes[0], sums[0]);
    }

    function proofOf(bytes32[] memory batches, uint32[] memory counts, uint32 index)
        internal
        pure
        returns (AnchorProof memory proof)
    {
        (bytes32[] memory hashes, uint64[] memory sums) = leaves(batches, counts);
        AnchorSibling[] memory found = new AnchorSibling[](32);
        uint256 used;
        uint256 place = index;
        for (uint256 width = hashes.length; width > 1; width = (width + 1) / 2) {
            if ((place ^ 1) < width) {
                found[used] = AnchorSibling(hashes[place ^ 1], sums[place ^ 1]);
                ++used;
            }
            lift(hashes, sums, width);
            place /= 2;
        }
        proof = AnchorProof(hashes[0], index, new AnchorSibling[](used));
        for (uint256 i = 0; i < used; ++i) {
            proof.siblings[i] = found[i];
        }
    }

    function leaves(bytes32[] memory batches, uint32[] memory counts)
        private
        pure
        returns (bytes32[] memory hashes, uint64[] memory sums)
    {
        (hashes, sums) = (new bytes32[](batches.length), new uint64[](batches.length));
        for (uint256 i = 0; i < batches.length; ++i) {
            (hashes[i], sums[i]) = (AnchorTree.leaf(batches[i], counts[i]), counts[i]);
        }
    }

    function lift(bytes32[] memory hashes, uint64[] memory sums, uint256 width) private pure {
        for (uint256 i = 0; i < width; i += 2) {
            if (i + 1 < width) {
                hashes[i / 2] = AnchorTree.node(hashes[i], sums[i], hashes[i + 1], sums[i + 1]);
                sums[i / 2] = sums[i] + sums[i + 1];
            } else {
                (hashes[i / 2], sums[i / 2]) = (hashes[i], sums[i]);
            }
        }
    }

    function anchored(uint64 memberId, bytes32 root, uint32 batches, uint64 elements) internal {
        vm.prank(operator(memberId));
        queries.anchor(root, batches, elements);
    }

    /// @dev Anchors a request of member 1 among others, and proves its place.
    function anchoredWith(Request memory request, uint32 size, uint32 index)
        internal
        returns (AnchorProof memory proof)
    {
        (bytes32[] memory batches, uint32[] memory counts) = crowd(request, size, index);
        (bytes32 root, uint64 elements) = summed(batches, counts);
        anchored(1, root, size, elements);
        return proofOf(batches, counts, index);
    }

    function crowd(Request memory request, uint32 size, uint32 index)
        internal
        view
        returns (bytes32[] memory batches, uint32[] memory counts)
    {
        (batches, counts) = (new bytes32[](size), new uint32[](size));
        for (uint32 i = 0; i < size; ++i) {
            (batches[i], counts[i]) = (keccak256(abi.encode(i)), 1 + i);
        }
        (batches[index], counts[index]) = (batchIdOf(request), request.count);
    }

    function reported(uint64 reporter, Request memory request) internal {
        IQueryLedger.SignedRequest memory signed = signedRequest(request);
        vm.prank(operator(reporter));
        queries.report(signed);
    }

    function expectState(bytes32 batchId, IQueryLedger.ReportState state) internal view {
        vm.assertEq(uint8(queries.reportOf(1, batchId).state), uint8(state));
    }
}
