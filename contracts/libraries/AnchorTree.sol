// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AnchorSibling} from "../types/Anchors.sol";

/// @title The Merkle tree of an anchor: batches in order, and on every node how many elements are under it.
/// @dev A leaf is `keccak256(0x00 || batchId || uint32 count)` with `count` elements, a node
/// `keccak256(0x01 || left || uint64 elements of left || right || uint64 elements of right)` with the elements of both. A
/// level of odd width hands its last node up as it is. Because sums are hashed in, the batches that can be proven under a
/// root never have more elements together than the anchor says.
library AnchorTree {
    function leaf(bytes32 batchId, uint32 count) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), batchId, count));
    }

    function node(bytes32 left, uint64 leftElements, bytes32 right, uint64 rightElements)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(bytes1(0x01), left, leftElements, right, rightElements));
    }

    /// @dev Whether a batch stands at `index` among `batches` under a root with so many elements.
    function proves(
        bytes32 root,
        uint32 batches,
        uint64 elements,
        bytes32 batchId,
        uint32 count,
        uint32 index,
        AnchorSibling[] calldata siblings
    ) internal pure returns (bool) {
        if (index >= batches) return false;
        (bytes32 hash, uint256 sum) = (leaf(batchId, count), count);
        uint256 used = 0;
        uint256 place = index;
        for (uint256 width = batches; width > 1; width = (width + 1) / 2) {
            // The other one of a pair: the last bit turned.
            // slither-disable-next-line incorrect-exp
            if ((place ^ 1) < width) {
                if (used == siblings.length || sum > elements) return false;
                AnchorSibling calldata sibling = siblings[used];
                ++used;
                hash = (place & 1) == 1
                    ? node(sibling.hash, sibling.elements, hash, uint64(sum))
                    : node(hash, uint64(sum), sibling.hash, sibling.elements);
                sum += sibling.elements;
            }
            place /= 2;
        }
        return used == siblings.length && hash == root && sum == elements;
    }
}
