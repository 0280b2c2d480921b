// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortiumGovernor} from "../interfaces/IConsortiumGovernor.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Status} from "../types/Members.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title One member, one vote; two thirds for every proposal; a timelock before anything takes effect.
contract ConsortiumGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl,
    IConsortiumGovernor
{
    uint48 public constant MAX_VOTING_DELAY_S = 30 days;
    uint32 public constant MAX_VOTING_PERIOD_S = 60 days;

    IMemberRegistry private immutable _REGISTRY;

    /// @param registry the members and their votes
    /// @param timelock executes what was decided; the governor must be its only proposer and canceller
    /// @param delay seconds from a proposal to its snapshot
    /// @param period seconds from the snapshot to the end of voting
    /// @param quorumPercent share of all votes, rounded up, that must be cast for a proposal or abstain
    constructor(
        IMemberRegistry registry,
        TimelockController timelock,
        uint48 delay,
        uint32 period,
        uint256 quorumPercent
    )
        Governor("Riskmesh Governor")
        GovernorSettings(delay, period, 0)
        GovernorVotes(IVotes(address(registry)))
        GovernorVotesQuorumFraction(quorumPercent)
        GovernorTimelockControl(timelock)
    {
        _REGISTRY = registry;
    }

    function propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) public override returns (uint256) {
        if (_REGISTRY.statusOf(_REGISTRY.memberOf(_msgSender())) != Status.Active) {
            revert ProposerNotActiveMember(_msgSender());
        }
        return super.propose(targets, values, calldatas, description);
    }

    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        uint256 supply = token().getPastTotalSupply(timepoint);
        return Math.mulDiv(supply, quorumNumerator(timepoint), quorumDenominator(), Math.Rounding.Ceil);
    }

    function votingDelay() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingDelay();
    }

    function votingPeriod() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingPeriod();
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _countVote(uint256 proposalId, address account, uint8 support, uint256 weight, bytes memory params)
        internal
        override(Governor, GovernorCountingSimple)
        returns (uint256)
    {
        if (weight == 0) revert NoVoteAtSnapshot(account, proposalSnapshot(proposalId));
        return super._countVote(proposalId, account, support, weight, params);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _setVotingDelay(uint48 delay) internal override {
        if (delay > MAX_VOTING_DELAY_S) revert VotingDelayOutOfBounds(delay, MAX_VOTING_DELAY_S);
        super._setVotingDelay(delay);
    }

    /// @dev A period of 0 is refused by OpenZeppelin.
    function _setVotingPeriod(uint32 period) internal override {
        if (period > MAX_VOTING_PERIOD_S) revert VotingPeriodOutOfBounds(period, MAX_VOTING_PERIOD_S);
        super._setVotingPeriod(period);
    }

    /// @dev Whoever may propose is decided by membership alone: no number of votes is asked for.
    function _setProposalThreshold(uint256 threshold) internal override {
        if (threshold != 0) revert ThresholdNotZero(threshold);
        super._setProposalThreshold(threshold);
    }

    /// @dev More than 100 is refused by OpenZeppelin; with 0 a single vote could decide for all.
    function _updateQuorumNumerator(uint256 percent) internal override {
        if (percent == 0) revert QuorumZero();
        super._updateQuorumNumerator(percent);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    /// @dev Two thirds of the votes for or against, and at least one for.
    function _voteSucceeded(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingSimple)
        returns (bool)
    {
        (uint256 againstVotes, uint256 forVotes,) = proposalVotes(proposalId);
        return forVotes >= 1 && 3 * forVotes >= 2 * (forVotes + againstVotes);
    }
}
