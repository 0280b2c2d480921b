// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {AuditorPapers, Draw} from "../../contracts/types/Audits.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Who audits, and how an epoch's draw comes about.
contract AuditorsTest is AuditWorld {
    function test_appoint__by_a_vote__emits_and_lists() public {
        AuditorPapers memory brought = papers(auditor(4));
        bytes32 fingerprint = sha256(brought.certificate);
        vm.expectEmit(address(audits));
        emit IAuditLedger.AuditorAppointed(
            auditor(4), 1, brought.sealingKey, fingerprint, brought.certificate, brought.nameHash
        );
        appointed(auditor(4));
        vm.assertEq(audits.auditors().length, 4);
        vm.assertEq(audits.auditorOf(auditor(4)).nameHash, brought.nameHash);
        vm.assertEq(audits.auditorOf(auditor(4)).tlsFingerprint, fingerprint);
    }

    function test_dismiss__by_a_vote__emits_and_leaves_the_others() public {
        vm.expectEmit(address(audits));
        emit IAuditLedger.AuditorDismissed(auditor(1));
        decided();
        audits.dismiss(auditor(1));
        address[] memory left = audits.auditors();
        vm.assertEq(left.length, 2);
        vm.assertTrue(left[0] != auditor(1) && left[1] != auditor(1) && left[0] != left[1]);
        vm.assertEq(audits.auditorOf(auditor(1)).sealingKey, "");
        vm.assertEq(audits.auditorOf(auditor(1)).tlsFingerprint, bytes32(0));
        appointed(auditor(1));
        vm.assertEq(audits.auditors().length, 3);
    }

    function test_appoint__a_member_nobody_or_twice__refused() public {
        refused(operator(1), abi.encodeWithSelector(IAuditLedger.AuditorIsMember.selector, operator(1), uint64(1)));
        refused(governance(2), abi.encodeWithSelector(IAuditLedger.AuditorIsMember.selector, governance(2), uint64(2)));
        refused(address(0), abi.encodeWithSelector(IAuditLedger.ZeroAccount.selector));
        refused(auditor(1), abi.encodeWithSelector(IAuditLedger.AlreadyAuditor.selector, auditor(1)));
        for (uint256 i = 4; i <= 15; ++i) {
            appointed(auditor(i));
        }
        refused(auditor(16), abi.encodeWithSelector(IAuditLedger.TooManyAuditors.selector, 15));
    }

    function test_appoint__with_a_key_of_another_kind__refused() public {
        AuditorPapers memory wrong = papers(auditor(4));
        wrong.sealingSuite = 2;
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.UnsupportedSealingSuite.selector, uint16(2)));
        decided();
        audits.appoint(auditor(4), wrong);
        wrong.sealingSuite = 1;
        wrong.sealingKey = hex"01";
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.WrongSealingKeyLength.selector, uint16(1), 1, 32));
        decided();
        audits.appoint(auditor(4), wrong);
    }

    function test_certificate__empty_or_longer_than_any__refused() public {
        uint256[2] memory lengths = [uint256(0), 2049];
        for (uint256 i = 0; i < lengths.length; ++i) {
            AuditorPapers memory wrong = papers(auditor(4));
            wrong.certificate = new bytes(lengths[i]);
            bytes memory refusal =
                abi.encodeWithSelector(IAuditLedger.CertificateLengthOutOfBounds.selector, lengths[i], 2048);
            vm.expectRevert(refusal);
            decided();
            audits.appoint(auditor(4), wrong);
            vm.expectRevert(refusal);
            vm.prank(auditor(1));
            audits.rotateAuditorKeys(1, wrong.sealingKey, wrong.certificate);
        }
        AuditorPapers memory longest = papers(auditor(4));
        longest.certificate = new bytes(2048);
        decided();
        audits.appoint(auditor(4), longest);
    }

    function test_dismiss__who_is_no_auditor__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NotAnAuditor.selector, auditor(9)));
        decided();
        audits.dismiss(auditor(9));
    }

    function test_keys__of_an_auditor__are_its_own_to_rotate() public {
        (bytes memory key, bytes memory next) = (abi.encodePacked(keccak256("next")), "next certificate");
        vm.expectEmit(address(audits));
        emit IAuditLedger.AuditorKeysRotated(auditor(1), 1, key, sha256(next), next);
        vm.prank(auditor(1));
        audits.rotateAuditorKeys(1, key, next);
        vm.assertEq(audits.auditorOf(auditor(1)).sealingKey, key);
        vm.assertEq(audits.auditorOf(auditor(1)).tlsFingerprint, sha256(next));
        vm.assertEq(audits.auditorOf(auditor(1)).nameHash, papers(auditor(1)).nameHash);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.UnsupportedSealingSuite.selector, uint16(7)));
        vm.prank(auditor(1));
        audits.rotateAuditorKeys(7, key, next);
    }

    function test_auditors_calls__of_anyone_else__refused() public {
        bytes[6] memory calls = [
            abi.encodeCall(audits.rotateAuditorKeys, (1, abi.encodePacked(DIGEST), certificate(operator(1)))),
            abi.encodeCall(audits.commitSeed, (1, DIGEST)),
            abi.encodeCall(audits.openDrawn, (0, 1, DIGEST)),
            abi.encodeCall(audits.openLeaf, (0, 1, DIGEST, 0)),
            abi.encodeCall(audits.castVerdict, (DIGEST, 1, DIGEST)),
            abi.encodeCall(audits.demandSuspension, (1, DIGEST))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(operator(1));
            (bool success, bytes memory why) = address(audits).call(calls[i]);
            vm.assertFalse(success);
            vm.assertEq(why, abi.encodeWithSelector(IAuditLedger.NotAnAuditor.selector, operator(1)));
        }
    }

    function test_governed_calls__of_anyone_else__refused() public {
        bytes32 role = audits.GOVERNOR_ROLE();
        bytes[4] memory calls = [
            abi.encodeCall(audits.appoint, (auditor(4), papers(auditor(4)))),
            abi.encodeCall(audits.dismiss, (auditor(1))),
            abi.encodeCall(audits.setLedgers, (datasets, queries, credits, quality)),
            abi.encodeCall(audits.overturn, (DIGEST, 0))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(auditor(1));
            (bool success, bytes memory why) = address(audits).call(calls[i]);
            vm.assertFalse(success);
            vm.assertEq(why, missingRole(auditor(1), role));
        }
        vm.expectEmit(address(audits));
        emit IAuditLedger.LedgersSet(datasets, queries, credits, quality);
        decided();
        audits.setLedgers(datasets, queries, credits, quality);
    }

    function test_draw__all_seeds_revealed__is_the_hash_of_seeds_and_closing_block() public {
        seedCommitted(1, 1);
        seedCommitted(1, 2);
        vm.warp(START + 2 * EPOCH);
        vm.roll(500);
        vm.expectEmit(address(audits));
        emit IAuditLedger.EpochClosed(1, blockhash(499), uint64(block.timestamp + REVEAL_WINDOW), SAMPLE_PPM);
        audits.closeEpoch(1);
        vm.expectEmit(address(audits));
        emit IAuditLedger.SeedRevealed(1, auditor(2), seed(2));
        seedRevealed(1, 2);
        seedRevealed(1, 1);
        bytes32 mix = keccak256(abi.encode(auditor(1), seed(1))) ^ keccak256(abi.encode(auditor(2), seed(2)));
        bytes32 value = keccak256(abi.encode(uint64(1), blockhash(499), mix, bytes32(0)));
        vm.roll(510);
        vm.expectEmit(address(audits));
        emit IAuditLedger.Drawn(1, value, 0);
        audits.draw(1);
        Draw memory drawn = audits.drawOf(1);
        vm.assertEq(drawn.value, value);
        vm.assertEq(drawn.samplePpm, SAMPLE_PPM);
        vm.assertEq(audits.seedOf(1, auditor(1)), bytes32(0));
    }

    function test_draw__a_seed_withheld__waits_and_takes_a_later_block_in_its_place() public {
        closedWithOneSeedOpen();
        vm.expectRevert(
            abi.encodeWithSelector(IAuditLedger.TooEarly.selector, block.timestamp, audits.drawOf(1).revealBy)
        );
        audits.draw(1);
        vm.warp(audits.drawOf(1).revealBy + 1);
        vm.roll(700);
        bytes32 mix = keccak256(abi.encode(auditor(1), seed(1)));
        bytes32 value = keccak256(abi.encode(uint64(1), audits.drawOf(1).closingHash, mix, blockhash(699)));
        vm.expectEmit(address(audits));
        emit IAuditLedger.Drawn(1, value, 1);
        audits.draw(1);
        vm.expectRevert(
            abi.encodeWithSelector(IAuditLedger.TooLate.selector, block.timestamp, audits.drawOf(1).revealBy)
        );
        seedRevealed(1, 2);
    }

    function test_strike_off__of_an_auditor_that_withheld__takes_its_office_once() public {
        closedWithOneSeedOpen();
        vm.expectRevert(
            abi.encodeWithSelector(IAuditLedger.TooEarly.selector, block.timestamp, audits.drawOf(1).revealBy)
        );
        audits.strikeOff(1, auditor(2));
        vm.warp(audits.drawOf(1).revealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NothingWithheld.selector, uint64(1), auditor(1)));
        audits.strikeOff(1, auditor(1));
        vm.expectEmit(address(audits));
        emit IAuditLedger.AuditorStruckOff(auditor(2), 1);
        audits.strikeOff(1, auditor(2));
        vm.assertEq(audits.auditors().length, 2);
        appointed(auditor(2));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NothingWithheld.selector, uint64(1), auditor(2)));
        audits.strikeOff(1, auditor(2));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochNotClosed.selector, uint64(7)));
        audits.strikeOff(7, auditor(1));
    }

    function test_seed__committed_in_time__emits_and_is_kept_until_it_is_revealed() public {
        bytes32 commitment = Draws.seedCommitment(1, auditor(1), seed(1));
        vm.expectEmit(address(audits));
        emit IAuditLedger.SeedCommitted(1, auditor(1), commitment);
        seedCommitted(1, 1);
        vm.assertEq(audits.seedOf(1, auditor(1)), commitment);
        vm.warp(START + 2 * EPOCH);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        vm.assertEq(audits.seedOf(1, auditor(1)), bytes32(0));
    }

    function test_seed__for_an_epoch_that_has_begun_or_twice__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochHasBegun.selector, uint64(0), uint64(0)));
        seedCommitted(0, 1);
        seedCommitted(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.SeedAlreadyCommitted.selector, uint64(1), auditor(1)));
        seedCommitted(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.WrongSeed.selector, uint64(2), auditor(1)));
        vm.prank(auditor(1));
        audits.commitSeed(2, bytes32(0));
    }

    function test_seed__before_closing_or_another_one__refused() public {
        seedCommitted(1, 1);
        vm.warp(START + 2 * EPOCH);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochNotClosed.selector, uint64(1)));
        seedRevealed(1, 1);
        audits.closeEpoch(1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.WrongSeed.selector, uint64(1), auditor(1)));
        vm.prank(auditor(1));
        audits.revealSeed(1, seed(2));
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.WrongSeed.selector, uint64(1), auditor(2)));
        seedRevealed(1, 2);
    }

    function test_seed__of_an_auditor_dismissed_meanwhile__is_still_revealed() public {
        seedCommitted(1, 1);
        decided();
        audits.dismiss(auditor(1));
        vm.warp(START + 2 * EPOCH);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        audits.draw(1);
    }

    function test_close_and_draw__out_of_turn__refused() public {
        seedCommitted(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochNotOver.selector, uint64(1), uint64(0)));
        audits.closeEpoch(1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochNotClosed.selector, uint64(1)));
        audits.draw(1);
        vm.warp(START + 2 * EPOCH);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.NoSeeds.selector, uint64(0)));
        audits.closeEpoch(0);
        audits.closeEpoch(1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.EpochAlreadyClosed.selector, uint64(1)));
        audits.closeEpoch(1);
        seedRevealed(1, 1);
        audits.draw(1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.AlreadyDrawn.selector, uint64(1)));
        audits.draw(1);
    }

    function test_suspension__demanded_by_more_than_half_within_a_day__is_ordered() public {
        vm.expectEmit(address(audits));
        emit IAuditLedger.SuspensionDemanded(2, auditor(1), DIGEST);
        demanded(1);
        vm.warp(block.timestamp + 1 days + 1);
        demanded(2); // the first demand is too old to count
        vm.assertTrue(registry.inStanding(2));
        demanded(2); // nor does one auditor count twice
        vm.assertTrue(registry.inStanding(2));
        demanded(3);
        vm.assertFalse(registry.inStanding(2));
    }

    function demanded(uint256 i) private {
        vm.prank(auditor(i));
        audits.demandSuspension(2, DIGEST);
    }

    function closedWithOneSeedOpen() private {
        seedCommitted(1, 1);
        seedCommitted(1, 2);
        vm.warp(START + 2 * EPOCH);
        vm.roll(500);
        audits.closeEpoch(1);
        seedRevealed(1, 1);
    }

    function refused(address account, bytes memory refusal) private {
        vm.expectRevert(refusal);
        appointed(account);
    }
}
