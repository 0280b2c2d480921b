// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title What the consortium's governor refuses beyond OpenZeppelin's Governor.
/// @notice Every proposal needs a quorum of all votes, rounded up, at least one vote for it, and two thirds of the votes
/// cast for or against. Proposals come from the governance account or the operator of an active member; votes from
/// governance accounts, which may sign them and leave the sending to anyone.
interface IConsortiumGovernor {
    error ProposerNotActiveMember(address proposer);
    /// @dev The account had no vote at the proposal's snapshot.
    error NoVoteAtSnapshot(address account, uint256 snapshot);
}
