// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @dev A neighbour on the way from a leaf to the root of an anchor: its hash and the elements under it.
struct AnchorSibling {
    bytes32 hash;
    uint64 elements;
}

/// @dev Where a batch stands in an anchor of its requester.
struct AnchorProof {
    bytes32 root;
    uint32 index;
    AnchorSibling[] siblings; // bottom up
}
