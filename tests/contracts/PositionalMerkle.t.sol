// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {PositionalMerkle} from "../../contracts/libraries/PositionalMerkle.sol";
import {vm} from "./Vm.sol";

contract PositionalMerkleTest {
    function test_path__of_any_bucket__leads_to_the_root_and_from_any_other_place_elsewhere(
        bytes32 seed,
        uint8 number,
        uint8 other
    ) public pure {
        (uint256 right, uint256 wrong) = (number % 16, other % 16);
        bytes32[] memory row = leaves(seed, 16);
        bytes32 root = PositionalMerkle.rootOf(leaves(seed, 16));
        bytes32[] memory siblings = new bytes32[](4);
        uint256 place = right;
        for (uint256 h = 0; h < 4; ++h) {
            siblings[h] = row[place ^ 1];
            row = above(row);
            place >>= 1;
        }
        bytes32 subtree = leaves(seed, 16)[right];
        vm.assertEq(PositionalMerkle.rootFrom(subtree, right, siblings), root);
        if (wrong != right) vm.assertTrue(PositionalMerkle.rootFrom(subtree, wrong, siblings) != root);
    }

    function test_leaf__under_another_number__is_another_leaf(uint32 number, uint32 other) public pure {
        vm.assume(number != other);
        bytes32 empty = keccak256("");
        vm.assertTrue(PositionalMerkle.leaf(number, empty, empty) != PositionalMerkle.leaf(other, empty, empty));
    }

    function test_tree__of_one_empty_bucket__is_its_leaf() public pure {
        bytes32 leaf = PositionalMerkle.leaf(0, keccak256(""), keccak256(""));
        bytes32[] memory row = new bytes32[](1);
        row[0] = leaf;
        vm.assertEq(PositionalMerkle.rootOf(row), leaf);
        vm.assertEq(PositionalMerkle.rootFrom(leaf, 0, new bytes32[](0)), leaf);
    }

    function test_tree__with_a_count_that_is_no_power_of_two__refused() public {
        uint256[3] memory counts = [uint256(0), 3, 6];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(PositionalMerkle.LeafCountNotPowerOfTwo.selector, counts[i]));
            this.rootOf(new bytes32[](counts[i]));
        }
    }

    function test_path__of_a_number_outside_the_tree__refused() public {
        vm.expectRevert(abi.encodeWithSelector(PositionalMerkle.NumberOutOfTree.selector, 4, 2));
        this.rootFrom(bytes32(0), 4, new bytes32[](2));
    }

    function rootOf(bytes32[] memory row) external pure returns (bytes32) {
        return PositionalMerkle.rootOf(row);
    }

    function rootFrom(bytes32 subtree, uint256 number, bytes32[] memory siblings) external pure returns (bytes32) {
        return PositionalMerkle.rootFrom(subtree, number, siblings);
    }

    function leaves(bytes32 seed, uint32 count) private pure returns (bytes32[] memory row) {
        row = new bytes32[](count);
        for (uint32 i = 0; i < count; ++i) {
            row[i] = PositionalMerkle.leaf(i, keccak256(abi.encode(seed, i)), keccak256(""));
        }
    }

    function above(bytes32[] memory row) private pure returns (bytes32[] memory next) {
        next = new bytes32[](row.length / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            next[i] = PositionalMerkle.node(row[2 * i], row[2 * i + 1]);
        }
    }
}
