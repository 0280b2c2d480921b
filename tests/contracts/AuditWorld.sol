// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {MessageHashes} from "../../contracts/libraries/MessageHashes.sol";
import {AuditorPapers, CaseFile, CaseState, SignedHead} from "../../contracts/types/Audits.sol";
import {ReplyHead} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev A consortium with three auditors, and short ways to what happens to cases.
abstract contract AuditWorld is World {
    using MessageHashes for ReplyHead;

    bytes32 internal constant DIGEST = keccak256("a digest");
    bytes32 internal constant EVIDENCE = keccak256("evidence");

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i = 1; i <= 3; ++i) {
            appointed(auditor(i));
        }
    }

    function appointed(address account) internal {
        decided();
        audits.appoint(account, papers(account));
    }

    function answered(bytes32 caseId, uint64 accused) internal {
        vm.prank(operator(accused));
        audits.answer(caseId, DIGEST);
    }

    function voted(bytes32 caseId, uint256 i, bool upheld) internal {
        voted(caseId, i, upheld ? 1 : 0);
    }

    function voted(bytes32 caseId, uint256 i, uint32 found) internal {
        vm.prank(auditor(i));
        audits.castVerdict(caseId, found, DIGEST);
    }

    function ruled(bytes32 caseId, bool upheld) internal {
        voted(caseId, 1, upheld);
        voted(caseId, 2, upheld);
    }

    function forCause(uint64 opener, uint64 accused) internal returns (bytes32 caseId) {
        vm.prank(operator(opener));
        return audits.openForCause(accused, EVIDENCE);
    }

    function disputed(uint64 requester, uint64 holder, uint256 amount) internal returns (bytes32 caseId) {
        vm.prank(operator(requester));
        return audits.openDispute(holder, keccak256("claim"), keccak256("reply"), amount);
    }

    function committed(uint64 requester, bytes32 batchId) internal {
        IQueryLedger.Commitment[] memory list = new IQueryLedger.Commitment[](1);
        list[0] = IQueryLedger.Commitment(batchId, 10, uint64(block.timestamp + 600));
        vm.prank(operator(requester));
        queries.commit(list);
    }

    function seedCommitted(uint64 epoch, uint256 i) internal {
        bytes32 commitment = Draws.seedCommitment(epoch, auditor(i), seed(i));
        vm.prank(auditor(i));
        audits.commitSeed(epoch, commitment);
    }

    function seedRevealed(uint64 epoch, uint256 i) internal {
        vm.prank(auditor(i));
        audits.revealSeed(epoch, seed(i));
    }

    function signed(ReplyHead memory head, uint256 key) internal view returns (SignedHead memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, headDigest(head));
        return SignedHead({head: head, keyVersion: 1, signature: abi.encodePacked(r, s, v)});
    }

    function signed(ReplyHead memory head) internal view returns (SignedHead memory) {
        return signed(head, operatorKey(head.holder));
    }

    function headDigest(ReplyHead memory head) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Riskmesh"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, head.hash()));
    }

    function headOf(uint64 holder, uint64 sequence, bytes32 root) internal view returns (ReplyHead memory) {
        return ReplyHead({
            batchId: keccak256("batch"),
            holder: holder,
            snapshotBlock: 1,
            snapshotBlockHash: keccak256("block"),
            sequence: sequence,
            root: root,
            bits: 4,
            oprfKeyVersion: 1,
            answeredAt: uint64(block.timestamp),
            bodyDigest: keccak256("body")
        });
    }

    function requireState(bytes32 caseId, CaseState state) internal view {
        vm.assertEq(uint256(audits.caseOf(caseId).state), uint256(state));
    }

    function papers(address account) internal pure returns (AuditorPapers memory) {
        return AuditorPapers({
            sealingSuite: 1,
            sealingKey: abi.encodePacked(keccak256(abi.encode("sealing", account))),
            certificate: certificate(account),
            nameHash: keccak256(abi.encode("name", account))
        });
    }

    /// @dev As long as those that daemons make.
    function certificate(address account) internal pure returns (bytes memory) {
        return abi.encodePacked(new bytes(370), account);
    }

    function seed(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode("seed", i));
    }

    function auditor(uint256 i) internal pure returns (address) {
        return vm.addr(0x30000 + i);
    }

    function settled(bytes32 caseId) internal {
        CaseFile memory file = audits.caseOf(caseId);
        uint256 end = file.appealBy != 0 ? file.appealBy : file.answerBy + APPEAL_WINDOW;
        if (end < file.decideBy) end = file.decideBy;
        if (block.timestamp <= end) vm.warp(end + 1);
        audits.settle(caseId);
    }

    function overturned(bytes32 caseId, uint32 found) internal {
        decided();
        audits.overturn(caseId, found);
    }

    function refusedToSettle(bytes32 caseId, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        audits.settle(caseId);
    }

    function requireFinal(bytes32 caseId) internal {
        bytes memory refusal = wrongState(caseId, CaseState.Settled);
        refusedToSettle(caseId, refusal);
        vm.expectRevert(refusal);
        answered(caseId, 2);
        vm.expectRevert(refusal);
        voted(caseId, 3, true);
        vm.expectRevert(refusal);
        overturned(caseId, 0);
    }

    function requireBreaches(uint64 memberId, uint256 count) internal view {
        (uint64 recorded,) = quality.breachesOf(memberId);
        vm.assertEq(recorded, count);
    }

    function wrongState(bytes32 caseId, CaseState state) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAuditLedger.WrongState.selector, caseId, state);
    }
}
