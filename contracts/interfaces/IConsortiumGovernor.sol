// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title What the consortium's governor refuses beyond OpenZeppelin's Governor.
/// @notice Every proposal needs a quorum of all votes, rounded up, at least one vote for it, and two thirds of the votes
/// cast for or against. Proposals come from the governance account or the operator of an active member; votes from
/// governance accounts, which may sign them and leave the sending to anyone. Voting delay (at most 30 days), voting period
/// (1 second to 60 days) and quorum (1 to 100 percent) change by proposals of their own, within these bounds for ever.
interface IConsortiumGovernor {
    error ProposerNotActiveMember(address proposer);
    /// @dev The account had no vote at the proposal's snapshot.
    error NoVoteAtSnapshot(address account, uint256 snapshot);
    error VotingDelayOutOfBounds(uint48 delay, uint48 max);
    error VotingPeriodOutOfBounds(uint32 period, uint32 max);
    error ThresholdNotZero(uint256 threshold);
    error QuorumZero();
}
