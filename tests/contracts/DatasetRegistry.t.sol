// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {QualityLedger} from "../../contracts/quality/QualityLedger.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract DatasetRegistryTest is World {
    bytes32 private constant ROOT = keccak256("root");

    function test_publish__by_the_operator__emits_and_is_latest() public {
        vm.roll(77);
        publish(1, 5, ROOT, 3, 1);
        IDatasetRegistry.Snapshot memory snapshot = datasets.latest(1);
        vm.assertEq(snapshot.root, ROOT);
        vm.assertEq(snapshot.sequence, 5);
        vm.assertEq(snapshot.blockNumber, 77);
        vm.assertEq(snapshot.bits, 3);
        vm.assertEq(snapshot.oprfKeyVersion, 1);
        vm.assertEq(snapshot.changed, 7);
    }

    function test_publish__identical_to_the_one_that_stands__changes_nothing() public {
        publish(1, 5, ROOT, 3, 1);
        vm.roll(block.number + 10);
        vm.recordLogs();
        vm.prank(operator(1));
        datasets.publish(5, ROOT, 3, 1, 7);
        vm.assertEq(vm.getRecordedLogs().length, 0);
        vm.assertEq(datasets.latest(1).blockNumber, block.number - 10);
    }

    function test_publish__same_sequence_but_anything_else_differs__refused() public {
        vm.prank(operator(1));
        registry.rotateOprf(keccak256("second key"), possession(9), 0);
        publish(1, 5, ROOT, 3, 1);
        bytes[4] memory calls = [
            abi.encodeCall(datasets.publish, (5, keccak256("other"), 3, 1, 7)),
            abi.encodeCall(datasets.publish, (5, ROOT, 4, 1, 7)),
            abi.encodeCall(datasets.publish, (5, ROOT, 3, 2, 7)),
            abi.encodeCall(datasets.publish, (5, ROOT, 3, 1, 8))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(operator(1));
            (bool success, bytes memory why) = address(datasets).call(calls[i]);
            vm.assertFalse(success);
            vm.assertEq(
                why,
                abi.encodeWithSelector(IDatasetRegistry.SequenceNotGreater.selector, uint64(1), uint64(5), uint64(5))
            );
        }
    }

    function test_publish__once_superseded__is_not_taken_again() public {
        publish(1, 5, ROOT, 3, 1);
        publish(1, 6, keccak256("next"), 3, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.SequenceNotGreater.selector, uint64(1), uint64(5), uint64(6))
        );
        vm.prank(operator(1));
        datasets.publish(5, ROOT, 3, 1, 7);
    }

    function test_quality_ledger__replaced_by_a_vote__hears_of_publications() public {
        QualityLedger next = new QualityLedger(registry, parameters, credits, address(this));
        next.grantRole(next.FRESHNESS_ROLE(), address(datasets));
        vm.expectRevert(missingRole(address(this), datasets.GOVERNOR_ROLE()));
        datasets.setQualityLedger(next);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.QualityLedgerSet(next);
        decided();
        datasets.setQualityLedger(next);
        vm.expectEmit(address(next));
        emit IQualityLedger.FreshnessNoted(1, 7, 0);
        vm.prank(operator(1));
        datasets.publish(1, ROOT, 0, 1, 7);
    }

    function test_publish__again__keeps_every_sequence_number_apart() public {
        publish(1, 1, ROOT, 0, 1);
        publish(1, 9, keccak256("next"), 24, 1);
        publish(2, 1, keccak256("other"), 1, 1);
        vm.assertEq(datasets.latest(1).root, keccak256("next"));
        vm.assertEq(datasets.snapshotAt(1, 1).root, ROOT);
        vm.assertEq(datasets.snapshotAt(1, 9).bits, 24);
        vm.assertEq(datasets.snapshotAt(1, 2).blockNumber, 0);
        vm.assertEq(datasets.snapshotAt(2, 1).root, keccak256("other"));
        vm.assertEq(datasets.latest(3).blockNumber, 0);
    }

    function test_publish__sequence_not_greater__refused(uint64 last, uint64 next) public {
        last = uint64(bounded(last, 1, type(uint64).max));
        next = uint64(bounded(next, 0, last));
        publish(1, last, ROOT, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.SequenceNotGreater.selector, uint64(1), next, last));
        vm.prank(operator(1));
        datasets.publish(next, keccak256("another root"), 0, 1, 7);
    }

    function test_publish__sequence_zero__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.SequenceNotGreater.selector, uint64(1), uint64(0), uint64(0))
        );
        vm.prank(operator(1));
        datasets.publish(0, ROOT, 0, 1, 7);
    }

    function test_publish__more_bits_than_the_parameter__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.TooManyBits.selector, uint8(25), 24));
        vm.prank(operator(1));
        datasets.publish(1, ROOT, 25, 1, 7);
    }

    function test_publish__with_a_key_version_that_does_not_exist__refused() public {
        uint32[3] memory versions = [uint32(0), 2, type(uint32).max];
        for (uint256 i = 0; i < versions.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IDatasetRegistry.UnknownOprfKeyVersion.selector, uint64(1), versions[i])
            );
            vm.prank(operator(1));
            datasets.publish(1, ROOT, 0, versions[i], 7);
        }
        vm.prank(operator(1));
        registry.rotateOprf(keccak256("second key"), possession(9), 0);
        publish(1, 1, ROOT, 0, 2);
    }

    function test_publish__by_an_admitted_member__allowed() public {
        publish(admitted(4), 1, ROOT, 0, 1);
    }

    function test_publish__by_anyone_but_an_operator_in_standing__refused() public {
        suspended(2);
        left(3);
        rotated(1, operatorKey(11), 0);
        address[5] memory callers = [address(this), governance(1), operator(1), operator(2), operator(3)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.NotOperatorInStanding.selector, callers[i]));
            vm.prank(callers[i]);
            datasets.publish(1, ROOT, 0, 1, 7);
        }
    }

    function publish(uint64 memberId, uint64 sequence, bytes32 root, uint8 bits, uint32 version) private {
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.Published(memberId, sequence, root, bits, version, 7);
        vm.prank(operator(memberId));
        datasets.publish(sequence, root, bits, version, 7);
    }
}
