// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {AnchorProof} from "../../contracts/types/Anchors.sol";
import {SignedHead} from "../../contracts/types/Audits.sol";
import {Request} from "../../contracts/types/Messages.sol";
import {Measured} from "./Measured.sol";
import {vm} from "./Vm.sol";

/// @dev What reports, draws, cases and demands cost, with as many auditors as there can be.
/// forge-config: default.isolate = true
contract GasOfCasesTest is Measured {
    uint32 private constant BATCHES = 1024;

    function test_gas__reports__are_measured() public {
        Request memory request = express(1, 7, 12);
        (bytes32[] memory batches, uint32[] memory counts) = (new bytes32[](BATCHES), new uint32[](BATCHES));
        for (uint32 i = 0; i < BATCHES; ++i) {
            (batches[i], counts[i]) = (keccak256(abi.encode(i)), 1);
        }
        (batches[5], counts[5]) = (batchIdOf(request), request.count);
        AnchorProof memory proof = proofOf(batches, counts, 5);
        vm.prank(operator(1));
        queries.anchor(proof.root, BATCHES, BATCHES + 11);
        (Request memory other, Request memory third) = (express(1, 8, 12), express(1, 9, 12));
        vm.warp(block.timestamp + ANCHOR_WINDOW);
        bytes memory call = abi.encodeCall(queries.report, (signedRequest(request)));
        measured("report", operator(2), address(queries), call);
        reported(2, other);
        reported(2, third);
        call = abi.encodeCall(queries.answerReport, (1, batchIdOf(request), proof));
        measured("answer report, 1,024 batches", operator(3), address(queries), call);
        vm.warp(block.timestamp + REPORT_ANSWER + 1);
        call = abi.encodeCall(queries.overturnReport, (1, batchIdOf(third)));
        measured("overturn report", address(timelock), address(queries), call);
        vm.warp(block.timestamp + APPEAL_WINDOW);
        call = abi.encodeCall(queries.closeReport, (1, batchIdOf(other)));
        measured("close report", operator(3), address(queries), call);
    }

    function test_gas__nonce_reuse__is_measured() public {
        IQueryLedger.SignedRequest memory one = signedRequest(express(1, 7, 12));
        IQueryLedger.SignedRequest memory other = signedRequest(express(1, 7, 13));
        bytes memory call = abi.encodeCall(audits.proveNonceReuse, (one, other));
        measured("prove nonce reuse", operator(2), address(audits), call);
    }

    function test_gas__auditors_and_draws__are_measured() public {
        decided();
        audits.dismiss(auditor(AUDITORS));
        bytes memory call = abi.encodeCall(audits.appoint, (auditor(AUDITORS), papers(auditor(AUDITORS))));
        measured("appoint auditor", address(timelock), address(audits), call);
        uint64 epoch = parameters.currentEpoch() + 1;
        seedCommitted(epoch, 1);
        seedCommitted(epoch, 3);
        bytes32 commitment = keccak256(abi.encode(epoch, auditor(2), seed(2)));
        call = abi.encodeCall(audits.commitSeed, (epoch, commitment));
        measured("commit seed", auditor(2), address(audits), call);
        vm.warp(block.timestamp + EPOCH);
        committed(2, keccak256("batch"));
        vm.prank(operator(2));
        queries.anchor(keccak256("root"), 1000, 2000);
        vm.warp(block.timestamp + EPOCH);
        decided();
        parameters.set(keccak256("audit_sample_ppm"), 1_000_000);
        vm.roll(500);
        measured("close epoch", operator(1), address(audits), abi.encodeCall(audits.closeEpoch, (epoch)));
        measured("reveal seed", auditor(2), address(audits), abi.encodeCall(audits.revealSeed, (epoch, seed(2))));
        seedRevealed(epoch, 1);
        vm.warp(block.timestamp + REVEAL_WINDOW + 1);
        measured("draw, a seed withheld", operator(1), address(audits), abi.encodeCall(audits.draw, (epoch)));
        measured("strike off", operator(1), address(audits), abi.encodeCall(audits.strikeOff, (epoch, auditor(3))));
        call = abi.encodeCall(audits.openDrawn, (epoch, 2, keccak256("batch")));
        measured("open drawn audit", auditor(2), address(audits), call);
        call = abi.encodeCall(audits.openLeaf, (epoch, 2, keccak256("root"), 7));
        measured("open drawn audit, of an anchor", auditor(2), address(audits), call);
    }

    function test_gas__dispute__is_measured() public {
        bytes memory call = abi.encodeCall(audits.openDispute, (2, keccak256("claim"), keccak256("reply"), 70));
        measured("open dispute", operator(1), address(audits), call);
        bytes32 caseId = disputed(3, 2, 70);
        measured("answer case", operator(2), address(audits), abi.encodeCall(audits.answer, (caseId, DIGEST)));
        call = abi.encodeCall(audits.castVerdict, (caseId, 1, DIGEST));
        measured("cast verdict, 15 auditors, first", auditor(1), address(audits), call);
        for (uint256 i = 2; i <= AUDITORS / 2; ++i) {
            voted(caseId, i, true);
        }
        measured("cast verdict, 15 auditors, decisive", auditor(AUDITORS), address(audits), call);
        vm.warp(block.timestamp + APPEAL_WINDOW + 1);
        measured("settle dispute, upheld", operator(1), address(audits), abi.encodeCall(audits.settle, (caseId)));
    }

    function test_gas__audit_for_cause__is_measured() public {
        bytes memory call = abi.encodeCall(audits.openForCause, (2, EVIDENCE));
        measured("open audit for cause", operator(1), address(audits), call);
        bytes32 caseId = forCause(3, 2);
        vm.warp(block.timestamp + ANSWER_WINDOW + 1);
        measured("overturn", address(timelock), address(audits), abi.encodeCall(audits.overturn, (caseId, 0)));
        measured("settle audit, dismissed", operator(1), address(audits), abi.encodeCall(audits.settle, (caseId)));
    }

    function test_gas__contradictions__are_measured() public {
        SignedHead memory first = signed(headOf(2, 1, keccak256("a root")));
        SignedHead memory second = signed(headOf(2, 1, keccak256("another")));
        vm.prank(operator(3));
        datasets.publish(1, keccak256("a root"), 4, 1, 10);
        bytes memory call = abi.encodeCall(audits.proveTwoHeads, (first, second));
        measured("prove two heads", operator(1), address(audits), call);
        call = abi.encodeCall(audits.proveAgainstPublication, (signed(headOf(3, 1, keccak256("another")))));
        measured("prove against publication", operator(1), address(audits), call);
    }

    function test_gas__emergency__is_measured() public {
        bytes memory call = abi.encodeCall(audits.demandSuspension, (2, DIGEST));
        measured("demand suspension, first", auditor(1), address(audits), call);
        for (uint256 i = 2; i <= AUDITORS / 2; ++i) {
            vm.prank(auditor(i));
            audits.demandSuspension(2, DIGEST);
        }
        measured("demand suspension, decisive", auditor(AUDITORS), address(audits), call);
        vm.assertFalse(registry.inStanding(2));
    }
}
