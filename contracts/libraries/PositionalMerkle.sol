// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title The positional Merkle tree of a snapshot: exactly `bits` levels, and a leaf's number is its place.
/// @dev At height h, the leaves being at 0, bit h of a number says whether its node is the right child. Leaves and nodes
/// hash under different prefixes, so that neither can stand in for the other.
library PositionalMerkle {
    error LeafCountNotPowerOfTwo(uint256 count);
    error NumberOutOfTree(uint256 number, uint256 levels);

    /// @dev A bucket under its number: hashes of its tags and of its digests, each one after the other.
    function leaf(uint32 number, bytes32 tagsHash, bytes32 digestsHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), number, tagsHash, digestsHash));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev Root of the tree over leaves in ascending number; `leaves` is overwritten.
    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        uint256 width = leaves.length;
        if (width == 0 || width & (width - 1) != 0) revert LeafCountNotPowerOfTwo(width);
        for (; width > 1; width /= 2) {
            for (uint256 i = 0; i < width / 2; ++i) {
                leaves[i] = node(leaves[2 * i], leaves[2 * i + 1]);
            }
        }
        return leaves[0];
    }

    /// @dev Root that a subtree leads to: `number` is its place among those of its height, `siblings` bottom up. The
    /// verifier takes the number of levels from the chain and compares it with `siblings.length`.
    function rootFrom(bytes32 subtree, uint256 number, bytes32[] memory siblings) internal pure returns (bytes32 root) {
        if (number >> siblings.length != 0) revert NumberOutOfTree(number, siblings.length);
        root = subtree;
        for (uint256 h = 0; h < siblings.length; ++h) {
            root = (number >> h) & 1 == 1 ? node(siblings[h], root) : node(root, siblings[h]);
        }
    }
}
