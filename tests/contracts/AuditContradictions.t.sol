// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {CaseKind, CaseState, SignedHead} from "../../contracts/types/Audits.sol";
import {ReplyHead} from "../../contracts/types/Messages.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Proofs of contradictory signatures: proven by anyone, rebutted in time or not.
contract AuditContradictionsTest is AuditWorld {
    bytes32 private constant ROOT = keccak256("root");

    function test_contradiction__two_heads_of_one_sequence__is_proven_by_anyone() public {
        ReplyHead memory other = headOf(2, 7, ROOT);
        other.bits = 5;
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(other));
        vm.assertEq(caseId, keccak256(abi.encode(CaseKind.Contradiction, uint64(2), uint64(7))));
        vm.assertEq(audits.caseOf(caseId).opener, 0);
        vm.assertEq(audits.caseOf(caseId).most, 1);
        settled(caseId);
        requireBreaches(2, 1);
        SignedHead memory again = signed(headOf(2, 7, keccak256("third")));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.CaseAlreadyOpened.selector, caseId));
        audits.proveTwoHeads(again, signed(other));
    }

    function test_contradiction__rebutted_and_not_decided__stands() public {
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(headOf(2, 7, keccak256("other"))));
        answered(caseId, 2);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        requireState(caseId, CaseState.Upheld);
        vm.assertEq(audits.caseOf(caseId).appealBy, audits.caseOf(caseId).decideBy + APPEAL_WINDOW);
        settled(caseId);
        requireBreaches(2, 1);
    }

    function test_contradiction__rebutted_to_the_auditors_satisfaction__is_dismissed() public {
        bytes32 caseId = audits.proveTwoHeads(signed(headOf(2, 7, ROOT)), signed(headOf(2, 7, keccak256("other"))));
        answered(caseId, 2);
        ruled(caseId, false);
        settled(caseId);
        requireBreaches(2, 0);
    }

    function test_contradiction__heads_that_agree_or_are_about_different_things__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory same = signed(headOf(2, 7, ROOT));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(7)));
        audits.proveTwoHeads(first, same);
        SignedHead[2] memory others = [signed(headOf(2, 8, DIGEST)), signed(headOf(3, 7, DIGEST))];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAuditLedger.NotAboutOneSnapshot.selector,
                    uint64(2),
                    uint64(7),
                    others[i].head.holder,
                    others[i].head.sequence
                )
            );
            audits.proveTwoHeads(first, others[i]);
        }
    }

    function test_contradiction__not_signed_by_the_holder__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory forged = signed(headOf(2, 7, DIGEST), operatorKey(1));
        bytes memory refusal = abi.encodeWithSelector(IAuditLedger.WrongSignature.selector, uint64(2));
        vm.expectRevert(refusal);
        audits.proveTwoHeads(first, forged);
        forged.signature = hex"00";
        vm.expectRevert(refusal);
        audits.proveTwoHeads(first, forged);
        forged.keyVersion = 2;
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.UnknownKeyVersion.selector, uint64(2), uint32(2)));
        audits.proveTwoHeads(first, forged);
    }

    function test_contradiction__signed_under_a_key_since_rotated__counts() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory second = signed(headOf(2, 7, DIGEST));
        rotated(2, 0x99999, 0);
        requireState(audits.proveTwoHeads(first, second), CaseState.Open);
    }

    function test_contradiction__older_than_what_is_kept__refused() public {
        SignedHead memory first = signed(headOf(2, 7, ROOT));
        SignedHead memory second = signed(headOf(2, 7, DIGEST));
        uint256 answeredAt = block.timestamp;
        vm.warp(answeredAt + RETENTION + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.BeyondRetention.selector, answeredAt, answeredAt + 1));
        audits.proveTwoHeads(first, second);
        vm.warp(answeredAt + RETENTION);
        audits.proveTwoHeads(first, second);
    }

    function test_contradiction__of_a_head_with_what_was_published__is_proven() public {
        vm.prank(operator(2));
        datasets.publish(7, ROOT, 4, 1, 10);
        SignedHead memory true_ = signed(headOf(2, 7, ROOT));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(7)));
        audits.proveAgainstPublication(true_);
        SignedHead memory unpublished = signed(headOf(2, 8, DIGEST));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoContradiction.selector, uint64(2), uint64(8)));
        audits.proveAgainstPublication(unpublished);
        SignedHead memory false_ = signed(headOf(2, 7, DIGEST));
        requireState(audits.proveAgainstPublication(false_), CaseState.Open);
    }
}
