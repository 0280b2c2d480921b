// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "../../contracts/libraries/Accounts.sol";
import {AnchorTree} from "../../contracts/libraries/AnchorTree.sol";
import {AnchorSibling} from "../../contracts/types/Anchors.sol";
import {vm} from "./Vm.sol";

/// @dev Solidity arrives at the anchors and accounts of tests/parity/vectors.json.
contract LedgerParityTest {
    using Accounts for Accounts.Book;

    string private json;
    Accounts.Book private book;

    function setUp() public {
        json = vm.readFile("./tests/parity/vectors.json");
    }

    function proves(
        bytes32 root,
        uint32 batches,
        uint64 elements,
        bytes32 batchId,
        uint32 count,
        uint32 index,
        AnchorSibling[] calldata way
    ) external pure returns (bool) {
        return AnchorTree.proves(root, batches, elements, batchId, count, index, way);
    }

    function test_anchors__every_batch_of_every_tree__is_proven() public view {
        uint256 trees;
        for (; exists(".anchors", trees); ++trees) {
            string memory tree = at(".anchors", trees);
            bytes32[] memory batches = vm.parseJsonBytes32Array(json, string.concat(tree, ".batches"));
            bytes32 root = vm.parseJsonBytes32(json, string.concat(tree, ".root"));
            for (uint32 i = 0; i < batches.length; ++i) {
                uint32 count = uint32(u(at(string.concat(tree, ".counts"), i), ""));
                AnchorSibling[] memory way = siblings(at(string.concat(tree, ".proofs"), i));
                uint32 size = uint32(batches.length);
                uint64 elements = uint64(u(tree, ".elements"));
                vm.assertTrue(this.proves(root, size, elements, batches[i], count, i, way));
                vm.assertFalse(this.proves(root, size, elements, batches[i], count + 1, i, way));
            }
        }
        vm.assertEq(trees, 6);
    }

    function test_accounts__after_every_move__agree() public {
        uint256 cases;
        for (; exists(".accounts", cases); ++cases) {
            uint64 member = uint64(1 + 2 * cases);
            for (uint256 i = 0; exists(at(".accounts", cases), i); ++i) {
                string memory move = at(at(".accounts", cases), i);
                vm.assertEq(applied(member, move), u(move, ".expired"), move);
                int256 balance = vm.parseJsonInt(json, string.concat(move, ".balance"));
                vm.assertEq(int256(book.accounts[member].balance), balance);
                vm.assertEq(book.accounts[member].unspent, u(move, ".unspent"), move);
            }
        }
        vm.assertEq(cases, 4);
    }

    function applied(uint64 member, string memory move) private returns (uint256 expired) {
        bytes32 kind = keccak256(bytes(vm.parseJsonString(json, string.concat(move, ".kind"))));
        uint256 amount = u(move, ".amount");
        if (kind == keccak256("grant")) {
            book.grant(member, amount);
        } else if (kind == keccak256("allow")) {
            return book.allow(member, uint64(u(move, ".epoch")), amount);
        } else if (kind == keccak256("receive")) {
            vm.assertEq(book.pay(member + 1, member, amount, -int256(type(int96).max)), amount);
        } else if (kind == keccak256("pay")) {
            vm.assertEq(book.pay(member, member + 1, amount, -500), u(move, ".moved"), move);
        } else {
            book.penalize(member, amount);
        }
    }

    function siblings(string memory proof) private view returns (AnchorSibling[] memory way) {
        bytes32[] memory hashes = vm.parseJsonBytes32Array(json, string.concat(proof, ".hashes"));
        way = new AnchorSibling[](hashes.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            way[i] = AnchorSibling(hashes[i], uint64(u(at(string.concat(proof, ".elements"), i), "")));
        }
    }

    function u(string memory place, string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(place, name));
    }

    function exists(string memory list, uint256 index) private view returns (bool) {
        return vm.keyExistsJson(json, at(list, index));
    }

    function at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }
}
