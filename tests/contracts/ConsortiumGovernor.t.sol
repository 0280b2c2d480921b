// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortiumGovernor} from "../../contracts/interfaces/IConsortiumGovernor.sol";
import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {Status} from "../../contracts/types/Members.sol";
import {vm} from "./Vm.sol";
import {WalletOf} from "./Wallet.sol";
import {World} from "./World.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @dev Proposals from their first day to what they do.
contract ConsortiumGovernorTest is World {
    string private constant WHY = "Admit member 4";
    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    uint8 private constant ABSTAIN = 2;

    function test_admission__proposed_voted_queued_executed__takes_the_member_in() public {
        uint256 id = proposed(operator(1));
        opened();
        vote(1, id, FOR);
        vote(2, id, FOR);
        closed();
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        expectState(id, IGovernor.ProposalState.Queued);
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                timelock.hashOperationBatch(
                    targets, values, calls, 0, bytes20(address(governor)) ^ keccak256(bytes(WHY))
                ),
                bytes32(1 << uint8(TimelockController.OperationState.Ready))
            )
        );
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        vm.prank(address(0xCAFE));
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        expectState(id, IGovernor.ProposalState.Executed);
        vm.assertEq(uint8(registry.statusOf(4)), uint8(Status.Admitted));
    }

    function test_propose__by_governance_and_operator_of_active_members__allowed() public {
        proposed(governance(1));
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.prank(operator(2));
        governor.propose(targets, values, calls, "another");
    }

    function test_propose__by_anyone_else__refused() public {
        admitted(4);
        suspended(2);
        left(3);
        rotated(1, operatorKey(11), 0);
        address[7] memory callers =
            [address(this), governance(4), operator(4), governance(2), operator(2), governance(3), operator(1)];
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortiumGovernor.ProposerNotActiveMember.selector, callers[i]));
            vm.prank(callers[i]);
            governor.propose(targets, values, calls, WHY);
        }
    }

    function test_vote__by_an_operator_or_a_member_without_a_vote__refused() public {
        admitted(4);
        uint256 id = proposed(governance(1));
        uint256 snapshot = governor.proposalSnapshot(id);
        opened();
        address[3] memory voters = [operator(1), governance(4), address(this)];
        for (uint256 i = 0; i < voters.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortiumGovernor.NoVoteAtSnapshot.selector, voters[i], snapshot));
            vm.prank(voters[i]);
            governor.castVote(id, FOR);
        }
    }

    function test_vote__of_a_member_suspended_after_the_snapshot__still_counts() public {
        uint256 id = proposed(governance(1));
        opened();
        suspended(2);
        vote(2, id, FOR);
        (, uint256 forVotes,) = governor.proposalVotes(id);
        vm.assertEq(forVotes, 1);
    }

    function test_vote__of_a_member_activated_after_the_snapshot__refused() public {
        admitted(4);
        vm.warp(block.timestamp + ACTIVATION_DELAY);
        uint256 id = proposed(governance(1));
        uint256 snapshot = governor.proposalSnapshot(id);
        opened();
        registry.activate(4);
        vm.assertEq(registry.getVotes(governance(4)), 1);
        vm.expectRevert(abi.encodeWithSelector(IConsortiumGovernor.NoVoteAtSnapshot.selector, governance(4), snapshot));
        vm.prank(governance(4));
        governor.castVote(id, FOR);
    }

    function test_vote__twice__refused() public {
        uint256 id = proposed(governance(1));
        opened();
        vote(1, id, FOR);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, governance(1)));
        vm.prank(governance(1));
        governor.castVote(id, FOR);
    }

    function test_vote__signed_by_a_cold_key_and_sent_by_anyone__counts_once() public {
        uint256 id = proposed(governance(1));
        opened();
        bytes memory ballot = signedBallot(governanceKey(2), id, FOR, 0);
        vm.prank(address(0xCAFE));
        governor.castVoteBySig(id, FOR, governance(2), ballot);
        vm.assertTrue(governor.hasVoted(id, governance(2)));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, governance(2)));
        governor.castVoteBySig(id, FOR, governance(2), ballot);
    }

    function test_vote__signed_for_something_else_or_by_another__refused() public {
        uint256 id = proposed(governance(1));
        opened();
        bytes memory ballot = signedBallot(governanceKey(2), id, FOR, 0);
        bytes memory refusal = abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, governance(2));
        vm.expectRevert(refusal);
        governor.castVoteBySig(id, AGAINST, governance(2), ballot);
        ballot = signedBallot(operatorKey(2), id, FOR, 0);
        vm.expectRevert(refusal);
        governor.castVoteBySig(id, FOR, governance(2), ballot);
        ballot = signedBallot(governanceKey(2), id, FOR, 1);
        vm.expectRevert(refusal);
        governor.castVoteBySig(id, FOR, governance(2), ballot);
    }

    function test_vote__of_a_contract_wallet_signed_by_its_owner__counts() public {
        WalletOf wallet = new WalletOf(governance(77));
        decided();
        registry.replaceGovernance(2, address(wallet));
        uint256 id = proposed(governance(1));
        opened();
        bytes memory ballot = signedBallot(governanceKey(78), id, FOR, 0, address(wallet));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, address(wallet)));
        governor.castVoteBySig(id, FOR, address(wallet), ballot);
        ballot = signedBallot(governanceKey(77), id, FOR, 0, address(wallet));
        governor.castVoteBySig(id, FOR, address(wallet), ballot);
        vm.assertTrue(governor.hasVoted(id, address(wallet)));
    }

    function test_outcome__without_quorum__is_defeat() public {
        uint256 id = proposed(governance(1));
        opened();
        vote(1, id, FOR);
        closed();
        expectState(id, IGovernor.ProposalState.Defeated);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                id,
                IGovernor.ProposalState.Defeated,
                bytes32(1 << uint8(IGovernor.ProposalState.Succeeded))
            )
        );
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
    }

    function test_outcome__with_exactly_two_thirds__is_success_and_with_half__defeat() public {
        uint256 id = proposed(governance(1));
        opened();
        vote(1, id, FOR);
        vote(2, id, FOR);
        vote(3, id, AGAINST);
        closed();
        expectState(id, IGovernor.ProposalState.Succeeded);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.prank(governance(1));
        id = governor.propose(targets, values, calls, "half");
        opened();
        vote(1, id, FOR);
        vote(2, id, AGAINST);
        closed();
        expectState(id, IGovernor.ProposalState.Defeated);
    }

    function test_outcome__with_abstentions_alone__is_defeat() public {
        uint256 id = proposed(governance(1));
        opened();
        vote(1, id, ABSTAIN);
        vote(2, id, ABSTAIN);
        vote(3, id, ABSTAIN);
        closed();
        expectState(id, IGovernor.ProposalState.Defeated);
    }

    function test_vote__of_an_unknown_kind__refused() public {
        uint256 id = proposed(governance(1));
        opened();
        vm.expectRevert(IGovernor.GovernorInvalidVoteType.selector);
        vm.prank(governance(1));
        governor.castVote(id, 3);
    }

    function test_cancel__by_anyone_but_the_proposer_before_the_vote__refused() public {
        uint256 id = proposed(governance(1));
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, governance(2)));
        vm.prank(governance(2));
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
        opened();
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, governance(1)));
        vm.prank(governance(1));
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
    }

    function test_cancel__by_the_proposer_before_the_vote__ends_it() public {
        uint256 id = proposed(governance(1));
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.prank(governance(1));
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
        expectState(id, IGovernor.ProposalState.Canceled);
    }

    function test_settings__changed_by_anything_but_a_proposal__refused() public {
        bytes memory refusal = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, governance(1));
        vm.startPrank(governance(1));
        vm.expectRevert(refusal);
        governor.updateQuorumNumerator(0);
        vm.expectRevert(refusal);
        governor.setVotingPeriod(1);
        vm.expectRevert(refusal);
        governor.setVotingDelay(1);
        vm.expectRevert(refusal);
        governor.setProposalThreshold(9);
        vm.expectRevert(refusal);
        governor.updateTimelock(TimelockController(payable(address(this))));
        vm.expectRevert(refusal);
        governor.relay(address(registry), 0, "");
    }

    function test_settings__at_deployment__hold() public view {
        vm.assertEq(governor.votingDelay(), VOTING_DELAY);
        vm.assertEq(governor.votingPeriod(), VOTING_PERIOD);
        vm.assertEq(governor.proposalThreshold(), 0);
        vm.assertTrue(governor.proposalNeedsQueuing(1));
        vm.assertEq(governor.timelock(), address(timelock));
        vm.assertEq(address(governor.token()), address(registry));
        vm.assertEq(governor.name(), "Riskmesh Governor");
    }

    function test_quorum__of_three_votes_at_half__rounds_up_to_two() public view {
        vm.assertEq(governor.quorum(block.timestamp - 1), 2);
    }

    function proposed(address proposer) private returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = admission();
        vm.prank(proposer);
        return governor.propose(targets, values, calls, WHY);
    }

    function opened() private {
        vm.warp(block.timestamp + VOTING_DELAY + 1);
    }

    function closed() private {
        vm.warp(block.timestamp + VOTING_PERIOD);
    }

    function vote(uint256 i, uint256 id, uint8 support) private {
        vm.prank(governance(i));
        governor.castVote(id, support);
    }

    function expectState(uint256 id, IGovernor.ProposalState state) private view {
        vm.assertEq(uint8(governor.state(id)), uint8(state));
    }

    function signedBallot(uint256 key, uint256 id, uint8 support, uint256 nonce) private view returns (bytes memory) {
        return signedBallot(key, id, support, nonce, governance(2));
    }

    function signedBallot(uint256 key, uint256 id, uint8 support, uint256 nonce, address voter)
        private
        view
        returns (bytes memory)
    {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Riskmesh Governor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        bytes32 ballot = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, support, voter, nonce));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", separator, ballot)));
        return abi.encodePacked(r, s, v);
    }

    function admission()
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        targets = new address[](1);
        values = new uint256[](1);
        calls = new bytes[](1);
        targets[0] = address(registry);
        calls[0] = abi.encodeCall(IMemberRegistry.admit, (application(4)));
    }
}
