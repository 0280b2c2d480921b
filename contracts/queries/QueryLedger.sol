// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {AnchorTree} from "../libraries/AnchorTree.sol";
import {Budgets} from "../libraries/Budgets.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {RequestProofs} from "../libraries/RequestProofs.sol";
import {Scores} from "../libraries/Scores.sol";
import {Standing} from "../libraries/Standing.sol";
import {AnchorProof} from "../types/Anchors.sol";
import {BreachKinds} from "../types/Breaches.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Committed batches, evaluation budgets, anchors of express batches, and reports of what was not anchored.
contract QueryLedger is AccessControl, IQueryLedger {
    using Budgets for Budgets.Budget;

    uint8 private constant _EXPRESS = 2;

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    ICreditLedger private _credits;
    IQualityLedger private _quality;
    mapping(uint64 requester => mapping(bytes32 batchId => Committal committal)) private _committals;
    mapping(uint64 memberId => Budgets.Budget budget) private _budgets;
    mapping(uint64 requester => mapping(bytes32 root => Anchor anchor)) private _anchors;
    mapping(uint64 requester => mapping(bytes32 batchId => Report report)) private _reports;

    /// @param admin may grant and revoke roles and names the ledgers; hands over to the timelock and renounces
    constructor(
        IMemberRegistry registry,
        IProtocolParameters parameters,
        ICreditLedger credits,
        IQualityLedger quality,
        address admin
    ) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _credits = credits;
        _quality = quality;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IQueryLedger
    function commit(Commitment[] calldata commitments) external {
        uint64 requester = _solventMember();
        IProtocolParameters.QueryTerms memory terms = _PARAMETERS.queryTerms();
        uint256 latest = block.timestamp + terms.maxDeadlineS;
        uint256 elements = 0;
        for (uint256 i = 0; i < commitments.length; ++i) {
            elements += commitments[i].count;
            _commit(requester, commitments[i], terms.maxBatchCount, latest);
        }
        _spend(requester, elements, terms);
    }

    /// @inheritdoc IQueryLedger
    function openBudget(uint64 memberId) external {
        if (!_REGISTRY.inStanding(memberId)) revert NotInStanding(memberId);
        uint64 epoch = _PARAMETERS.currentEpoch();
        uint64 limit = _quality.entitlementOf(memberId);
        Budgets.Budget memory budget = _budgets[memberId].at(epoch, limit);
        if (budget.open) revert BudgetAlreadyOpen(memberId, epoch);
        (budget.open, budget.limit) = (true, limit);
        _budgets[memberId] = budget;
        emit BudgetOpened(memberId, epoch, limit);
    }

    /// @inheritdoc IQueryLedger
    function anchor(bytes32 root, uint32 batches, uint64 elements) external {
        uint64 requester = _solventMember();
        if (batches == 0 || elements < batches) revert AnchorOutOfBounds(batches, elements);
        Anchor storage made = _anchors[requester][root];
        if (made.batches != 0) revert AnchorAlreadyMade(requester, root);
        if (!_budgets[requester].known) revert NoBudgetYet(requester);
        (made.batches, made.elements, made.anchoredAt) = (batches, elements, SafeCast.toUint64(block.timestamp));
        _spend(requester, elements, _PARAMETERS.queryTerms());
        emit Anchored(requester, root, batches, elements);
    }

    /// @inheritdoc IQueryLedger
    function report(SignedRequest calldata signed) external {
        uint64 reporter = _memberInStanding();
        uint64 requester = signed.request.requester;
        bytes32 batchId = RequestProofs.requireSigned(_REGISTRY, signed);
        if (reporter == requester) revert ReportOnOneself(reporter);
        if (signed.request.mode != _EXPRESS) revert NotExpress(batchId, signed.request.mode);
        uint256 from = signed.request.issuedAt + _PARAMETERS.get(ParameterKeys.ANCHOR_WINDOW_S);
        if (block.timestamp < from) revert ReportTooEarly(batchId, block.timestamp, from);
        _requireRetained(batchId, signed.request.issuedAt);
        _requireState(requester, batchId, ReportState.None);
        uint48 until = SafeCast.toUint48(block.timestamp + _PARAMETERS.get(ParameterKeys.REPORT_ANSWER_S));
        uint48 appealBy = SafeCast.toUint48(until + _PARAMETERS.get(ParameterKeys.APPEAL_WINDOW_S));
        _reports[requester][batchId] = Report({
            state: ReportState.Open,
            reporter: reporter,
            count: signed.request.count,
            reportedAt: SafeCast.toUint48(block.timestamp),
            answerableUntil: until,
            appealBy: appealBy
        });
        emit Reported(requester, batchId, reporter, signed.request.count, until, appealBy);
    }

    /// @inheritdoc IQueryLedger
    function answerReport(uint64 requester, bytes32 batchId, AnchorProof calldata proof) external {
        Report storage entry = _requireState(requester, batchId, ReportState.Open);
        uint256 until = entry.answerableUntil;
        if (block.timestamp > until) revert AnswerTooLate(batchId, block.timestamp, until);
        Anchor memory made = _anchors[requester][proof.root];
        if (!AnchorTree.proves(
                proof.root, made.batches, made.elements, batchId, entry.count, proof.index, proof.siblings
            )) revert NotInAnchor(requester, proof.root, batchId);
        bool needless = made.anchoredAt <= entry.reportedAt;
        entry.state = needless ? ReportState.Needless : ReportState.AnsweredLate;
        emit ReportClosed(requester, batchId, entry.state);
        uint256 fee = _PARAMETERS.get(ParameterKeys.NEEDLESS_REPORT_FEE);
        _penalize(needless ? entry.reporter : requester, fee, batchId);
    }

    /// @inheritdoc IQueryLedger
    function overturnReport(uint64 requester, bytes32 batchId) external onlyRole(DEFAULT_ADMIN_ROLE) {
        Report storage entry = _requireState(requester, batchId, ReportState.Open);
        (uint256 until, uint256 appealBy) = (entry.answerableUntil, entry.appealBy);
        if (block.timestamp <= until) revert AnswerStillOpen(batchId, block.timestamp, until);
        if (block.timestamp > appealBy) revert AppealTooLate(batchId, block.timestamp, appealBy);
        entry.state = ReportState.Overturned;
        emit ReportClosed(requester, batchId, ReportState.Overturned);
    }

    /// @inheritdoc IQueryLedger
    function closeReport(uint64 requester, bytes32 batchId) external {
        Report storage entry = _requireState(requester, batchId, ReportState.Open);
        uint256 appealBy = entry.appealBy;
        if (block.timestamp <= appealBy) revert AppealStillOpen(batchId, block.timestamp, appealBy);
        entry.state = ReportState.Breached;
        emit ReportClosed(requester, batchId, ReportState.Breached);
        _quality.recordBreach(requester, BreachKinds.UNANSWERED_REPORT, batchId);
        // No draw falls on what stands in no anchor, so it must not be cheaper to anchor nothing than to claim every hit.
        uint256 hits = uint256(entry.count) * (_REGISTRY.memberCount() - 1);
        uint256 dearest = Scores.hitPrice(_PARAMETERS.get(ParameterKeys.HIT_FEE), Scores.FULL_BPS);
        _penalize(requester, _PARAMETERS.get(ParameterKeys.BREACH_PENALTY) + hits * dearest, batchId);
    }

    /// @inheritdoc IQueryLedger
    function setLedgers(ICreditLedger credits, IQualityLedger quality) external onlyRole(DEFAULT_ADMIN_ROLE) {
        (_credits, _quality) = (credits, quality);
        emit LedgersSet(credits, quality);
    }

    /// @inheritdoc IQueryLedger
    function commitmentOf(uint64 requester, bytes32 batchId) external view returns (Committal memory) {
        return _committals[requester][batchId];
    }

    /// @inheritdoc IQueryLedger
    function budgetOf(uint64 memberId) external view returns (uint64 used, uint64 limit) {
        IProtocolParameters.QueryTerms memory terms = _PARAMETERS.queryTerms();
        Budgets.Budget memory budget = _budgets[memberId].at(terms.epoch, terms.entitlementFloor);
        return (budget.used, budget.limit);
    }

    /// @inheritdoc IQueryLedger
    function anchorOf(uint64 requester, bytes32 root) external view returns (Anchor memory) {
        return _anchors[requester][root];
    }

    /// @inheritdoc IQueryLedger
    function reportOf(uint64 requester, bytes32 batchId) external view returns (Report memory) {
        return _reports[requester][batchId];
    }

    function _commit(uint64 requester, Commitment calldata commitment, uint256 maxCount, uint256 latest) private {
        (bytes32 batchId, uint32 count, uint64 deadline) = (commitment.batchId, commitment.count, commitment.deadline);
        Committal storage kept = _committals[requester][batchId];
        if (kept.count != 0) revert BatchAlreadyCommitted(batchId, requester);
        if (count == 0 || count > maxCount) revert CountOutOfBounds(batchId, count, maxCount);
        if (deadline <= block.timestamp || deadline > latest) {
            revert DeadlineOutOfBounds(batchId, deadline, block.timestamp, latest);
        }
        (kept.count, kept.deadline, kept.blockNumber) = (count, deadline, SafeCast.toUint64(block.number));
        emit Committed(batchId, requester, count, deadline);
    }

    function _spend(uint64 memberId, uint256 evaluations, IProtocolParameters.QueryTerms memory terms) private {
        Budgets.Budget memory budget = _budgets[memberId].at(terms.epoch, terms.entitlementFloor);
        budget.spend(memberId, evaluations);
        _budgets[memberId] = budget;
    }

    function _penalize(uint64 memberId, uint256 amount, bytes32 ref) private {
        if (amount != 0) _credits.penalize(memberId, amount, ref);
    }

    function _memberInStanding() private view returns (uint64 memberId) {
        memberId = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (memberId == 0) revert NotOperatorInStanding(msg.sender);
    }

    function _solventMember() private view returns (uint64 memberId) {
        memberId = _memberInStanding();
        int256 balance = _credits.balanceOf(memberId);
        if (balance < 0) revert NegativeBalance(memberId, balance);
    }

    function _requireState(uint64 requester, bytes32 batchId, ReportState state)
        private
        view
        returns (Report storage entry)
    {
        entry = _reports[requester][batchId];
        if (entry.state != state) revert ReportInState(requester, batchId, entry.state);
    }

    function _requireRetained(bytes32 batchId, uint64 issuedAt) private view {
        uint256 until = issuedAt + _PARAMETERS.get(ParameterKeys.REPORT_RETENTION_S);
        if (block.timestamp > until) revert BeyondRetention(batchId, block.timestamp, until);
    }
}
