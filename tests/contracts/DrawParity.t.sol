// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Draws} from "../../contracts/libraries/Draws.sol";
import {vm} from "./Vm.sol";

/// @dev Solidity arrives at the commitments and draws of tests/parity/vectors.json.
contract DrawParityTest {
    string private json;

    function setUp() public {
        json = vm.readFile("./tests/parity/vectors.json");
    }

    function test_commitments_and_sampled_batches__agree() public view {
        uint64 epoch = uint64(vm.parseJsonUint(json, ".draws.epoch"));
        for (uint256 i = 0; i < 2; ++i) {
            string memory index = string.concat("[", vm.toString(i), "]");
            address auditor = vm.parseJsonAddress(json, string.concat(".draws.auditors", index));
            bytes32 seed = vm.parseJsonBytes32(json, string.concat(".draws.seeds", index));
            vm.assertEq(
                Draws.seedCommitment(epoch, auditor, seed),
                vm.parseJsonBytes32(json, string.concat(".draws.commitments", index))
            );
        }
        bytes32 value = vm.parseJsonBytes32(json, ".draws.value");
        uint32 count = uint32(vm.parseJsonUint(json, ".draws.count"));
        uint256 batches;
        for (; vm.keyExistsJson(json, string.concat(".draws.batches[", vm.toString(batches), "]")); ++batches) {
            string memory place = string.concat(".draws.batches[", vm.toString(batches), "]");
            uint64 requester = uint64(vm.parseJsonUint(json, string.concat(place, ".requester")));
            bytes32 batch = vm.parseJsonBytes32(json, string.concat(place, ".batch"));
            uint256 ppm = vm.parseJsonUint(json, string.concat(place, ".place"));
            vm.assertFalse(Draws.falls(value, ppm, requester, batch));
            vm.assertTrue(Draws.falls(value, ppm + 1, requester, batch));
            vm.assertEq(
                Draws.element(value, requester, batch, count), vm.parseJsonUint(json, string.concat(place, ".element"))
            );
        }
        vm.assertEq(batches, 20);
    }

    function test_places_of_an_anchor__agree() public view {
        bytes32 value = vm.parseJsonBytes32(json, ".draws.value");
        bytes32 root = vm.parseJsonBytes32(json, ".draws.root");
        for (uint32 index = 0; index < 200; ++index) {
            string memory row = string.concat(".draws.leaves[", vm.toString(index), "]");
            bytes32 leaf = vm.parseJsonBytes32(json, string.concat(row, ".leaf"));
            uint256 ppm = vm.parseJsonUint(json, string.concat(row, ".place"));
            vm.assertEq(Draws.leaf(root, index), leaf);
            vm.assertFalse(Draws.falls(value, ppm, 3, leaf));
            vm.assertTrue(Draws.falls(value, ppm + 1, 3, leaf));
        }
    }
}
