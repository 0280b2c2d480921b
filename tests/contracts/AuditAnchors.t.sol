// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {CaseFile, CaseKind} from "../../contracts/types/Audits.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Draws on express batches, of which the chain knows places in anchors alone.
contract AuditAnchorsTest is AuditWorld {
    bytes32 private constant ROOT = keccak256("root");
    uint32 private constant BATCHES = 300;
    uint64 private constant ELEMENTS = 340;

    function test_leaf__that_the_draw_falls_on__is_opened_once_for_what_it_can_have_at_most() public {
        drawn();
        uint32 index = place(true);
        bytes32 leaf = keccak256(abi.encode(ROOT, index));
        bytes32 caseId = keccak256(abi.encode(CaseKind.Drawn, uint64(1), uint64(2), leaf));
        vm.expectEmit(address(audits));
        emit IAuditLedger.LeafDrawn(caseId, ROOT, index);
        vm.assertEq(opened(1, ROOT, index), caseId);
        CaseFile memory file = audits.caseOf(caseId);
        vm.assertEq(uint256(file.kind), uint256(CaseKind.Drawn));
        vm.assertEq(file.accused, 2);
        vm.assertEq(file.opener, 0);
        // One element for each other batch leaves 41 for this one, at two other members.
        vm.assertEq(file.most, 82);
        refused(1, ROOT, index, abi.encodeWithSelector(IAuditLedger.CaseAlreadyOpened.selector, caseId));
    }

    function test_leaf__of_an_anchor_of_large_batches__is_about_no_more_than_the_largest() public {
        anchored(ROOT, 1, 5_000);
        anchored(DIGEST, 1, 1_001); // one more than the largest batch has
        decided();
        parameters.set(keccak256("audit_sample_ppm"), 1_000_000);
        closed();
        vm.assertEq(audits.caseOf(opened(1, ROOT, 0)).most, 2_000);
        vm.assertEq(audits.caseOf(opened(1, DIGEST, 0)).most, 2_000);
    }

    function test_leaf__that_the_draw_does_not_fall_on__refused() public {
        drawn();
        uint32 index = place(false);
        refused(
            1,
            ROOT,
            index,
            abi.encodeWithSelector(
                IAuditLedger.NotSampled.selector, uint64(1), uint64(2), keccak256(abi.encode(ROOT, index))
            )
        );
    }

    function test_leaf__of_no_anchor_beyond_its_end_of_no_draw_or_another_epoch__refused() public {
        drawn();
        refused(2, ROOT, 0, abi.encodeWithSelector(IAuditLedger.NotDrawn.selector, uint64(2)));
        refused(1, DIGEST, 0, notOfEpoch(DIGEST, 0));
        refused(1, ROOT, BATCHES, notOfEpoch(ROOT, BATCHES));
        refused(1, ROOT, type(uint32).max, notOfEpoch(ROOT, type(uint32).max));
        anchored(DIGEST, 2, 2);
        refused(1, DIGEST, 0, notOfEpoch(DIGEST, 0));
    }

    function test_leaf__of_what_daemons_have_forgotten__refused() public {
        uint256 anchoredAt = drawn();
        uint32 index = place(true);
        vm.warp(anchoredAt + RETENTION + 1);
        refused(
            1, ROOT, index, abi.encodeWithSelector(IAuditLedger.BeyondRetention.selector, anchoredAt, anchoredAt + 1)
        );
        vm.warp(anchoredAt + RETENTION);
        opened(1, ROOT, index);
    }

    function test_leaf__opened_by_whoever_is_no_auditor__refused() public {
        drawn();
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotAnAuditor.selector, operator(1)));
        vm.prank(operator(1));
        audits.openLeaf(1, 2, ROOT, 0);
    }

    function test_leaf__not_opened_by_its_requester__costs_all_that_it_can_have() public {
        drawn();
        bytes32 caseId = opened(1, ROOT, place(true));
        vm.warp(audits.caseOf(caseId).answerBy + 1);
        settled(caseId);
        vm.assertEq(credits.balanceOf(2), int256(GRANT) - int256(BREACH_PENALTY + 82 * UNCLAIMED_HIT_PENALTY));
        requireBreaches(2, 1);
    }

    function drawn() private returns (uint256 anchoredAt) {
        anchoredAt = anchored(ROOT, BATCHES, ELEMENTS);
        closed();
    }

    function anchored(bytes32 root, uint32 batches, uint64 elements) private returns (uint256 anchoredAt) {
        if (block.timestamp < START + EPOCH) {
            seedCommitted(1, 1);
            vm.warp(START + EPOCH + 60);
            queries.openBudget(2);
        }
        anchoredAt = block.timestamp;
        vm.prank(operator(2));
        queries.anchor(root, batches, elements);
    }

    function closed() private {
        vm.warp(START + 2 * EPOCH);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        audits.draw(1);
    }

    function opened(uint64 epoch, bytes32 root, uint32 index) private returns (bytes32 caseId) {
        vm.prank(auditor(1));
        return audits.openLeaf(epoch, 2, root, index);
    }

    function refused(uint64 epoch, bytes32 root, uint32 index, bytes memory refusal) private {
        vm.expectRevert(refusal);
        opened(epoch, root, index);
    }

    function place(bool sampled) private view returns (uint32 index) {
        bytes32 value = audits.drawOf(1).value;
        for (index = 0; index < BATCHES; ++index) {
            if (Draws.falls(value, SAMPLE_PPM, 2, Draws.leaf(ROOT, index)) == sampled) return index;
        }
        revert("no such place");
    }

    function notOfEpoch(bytes32 root, uint32 index) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IAuditLedger.BatchNotOfEpoch.selector, uint64(1), uint64(2), keccak256(abi.encode(root, index))
        );
    }
}
