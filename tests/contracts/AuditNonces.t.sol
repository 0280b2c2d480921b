// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../../contracts/interfaces/IQueryLedger.sol";
import {CaseFile, CaseKind, CaseState} from "../../contracts/types/Audits.sol";
import {BreachKinds} from "../../contracts/types/Breaches.sol";
import {Anchoring} from "./Anchoring.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Two requests under one nonce: proven by anyone, rebutted in time or not.
contract AuditNoncesTest is AuditWorld, Anchoring {
    function setUp() public override(AuditWorld, World) {
        super.setUp();
    }

    function test_nonce__signed_twice__is_a_case_with_time_to_rebut_and_no_penalty_yet() public {
        (IQueryLedger.SignedRequest memory one, IQueryLedger.SignedRequest memory other) = twice(7);
        vm.expectEmit(address(audits));
        emit IAuditLedger.NonceReuseProven(1, 7, batchIdOf(one.request), batchIdOf(other.request));
        vm.prank(address(0xCAFE));
        bytes32 caseId = audits.proveNonceReuse(one, other);
        vm.assertEq(caseId, keccak256(abi.encode(CaseKind.NonceReuse, uint64(1), uint128(7))));
        CaseFile memory file = audits.caseOf(caseId);
        vm.assertEq(uint256(file.kind), uint256(CaseKind.NonceReuse));
        vm.assertEq(file.opener, 0);
        vm.assertEq(file.answerBy, block.timestamp + ANSWER_WINDOW);
        requireState(caseId, CaseState.Open);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        requireBreaches(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.CaseAlreadyOpened.selector, caseId));
        audits.proveNonceReuse(other, one);
    }

    function test_nonce__not_rebutted__is_a_breach_once_settled() public {
        bytes32 caseId = proven(7);
        vm.warp(audits.caseOf(caseId).answerBy + APPEAL_WINDOW + 1);
        vm.expectEmit(address(quality));
        emit IQualityLedger.Breached(1, BreachKinds.NONCE_REUSED, caseId, parameters.currentEpoch());
        audits.settle(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT) - int256(BREACH_PENALTY));
        requireBreaches(1, 1);
    }

    function test_nonce__rebutted_to_the_auditors_satisfaction__costs_nothing() public {
        bytes32 caseId = proven(7);
        answered(caseId, 1);
        ruled(caseId, false);
        settled(caseId);
        vm.assertEq(credits.balanceOf(1), int256(GRANT));
        requireBreaches(1, 0);
    }

    function test_nonce__rebutted_and_not_decided__stands() public {
        bytes32 caseId = proven(7);
        answered(caseId, 1);
        vm.warp(audits.caseOf(caseId).decideBy + 1);
        requireState(caseId, CaseState.Upheld);
        settled(caseId);
        requireBreaches(1, 1);
    }

    function test_nonce__of_others_or_the_same_request_or_long_ago__is_none() public {
        (IQueryLedger.SignedRequest memory one,) = twice(7);
        IQueryLedger.SignedRequest[3] memory others =
            [one, signedRequest(express(2, 7, 12)), signedRequest(express(1, 8, 12))];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAuditLedger.NoReuse.selector, batchIdOf(one.request), batchIdOf(others[i].request)
                )
            );
            audits.proveNonceReuse(one, others[i]);
        }
        uint256 issued = block.timestamp;
        vm.warp(issued + RETENTION + 1);
        IQueryLedger.SignedRequest memory late = signedRequest(express(1, 7, 13));
        bytes memory refusal = abi.encodeWithSelector(IAuditLedger.BeyondRetention.selector, issued, issued + 1);
        vm.expectRevert(refusal);
        audits.proveNonceReuse(late, one);
        vm.expectRevert(refusal);
        audits.proveNonceReuse(one, late);
        vm.warp(issued + RETENTION);
        audits.proveNonceReuse(late, one);
    }

    function test_nonce__of_what_the_member_did_not_sign__refused() public {
        (IQueryLedger.SignedRequest memory one, IQueryLedger.SignedRequest memory other) = twice(7);
        IQueryLedger.SignedRequest memory forged = signedRequest(other.request, operatorKey(2));
        vm.expectRevert(
            abi.encodeWithSelector(IQueryLedger.WrongSignature.selector, uint64(1), batchIdOf(other.request))
        );
        audits.proveNonceReuse(one, forged);
        other.keyVersion = 2;
        vm.expectRevert(abi.encodeWithSelector(IQueryLedger.UnknownKeyVersion.selector, uint64(1), uint32(2)));
        audits.proveNonceReuse(other, one);
    }

    function proven(uint128 nonce) private returns (bytes32 caseId) {
        (IQueryLedger.SignedRequest memory one, IQueryLedger.SignedRequest memory other) = twice(nonce);
        return audits.proveNonceReuse(one, other);
    }

    function twice(uint128 nonce)
        private
        view
        returns (IQueryLedger.SignedRequest memory one, IQueryLedger.SignedRequest memory other)
    {
        return (signedRequest(express(1, nonce, 12)), signedRequest(express(1, nonce, 13)));
    }
}
