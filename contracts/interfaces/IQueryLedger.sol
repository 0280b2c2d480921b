// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AnchorProof} from "../types/Anchors.sol";
import {Request} from "../types/Messages.sol";
import {ICreditLedger} from "./ICreditLedger.sol";
import {IQualityLedger} from "./IQualityLedger.sol";

/// @title Batches of queries: committed before they were asked, or asked at once and anchored afterwards.
/// @notice The chain learns who asks how many, and until when; never what.
///
/// **Budget.** Committed and anchored elements of an epoch together are at most the member's limit. The limit is the
/// parameter `entitlement_floor`, as it is when first needed in the epoch, until somebody calls `openBudget` for the member,
/// then its entitlement.
///
/// **Anchors.** A requester puts the root of a Merkle tree over its express batches on the chain, with how many batches and
/// elements are under it; libraries/AnchorTree.sol has the rule. Sums are hashed in, so an anchor can not say less than what
/// can be proven under it.
///
/// **Reports.** A member that holds a signed express request and got no proof of an anchor reports it, `anchor_window_s`
/// after the request was issued and within `report_retention_s`. Anybody answers within `report_answer_s` with the batch's
/// place in an anchor of the requester. Of an anchor that stood before the report, the reporter pays `needless_report_fee`;
/// of a later one, the requester pays it. A report that nobody answered in time can be overturned by a vote of the members
/// within `appeal_window_s`, as a case can; nothing has been taken until then. After it anybody closes the report: a breach
/// of the requester, which pays `breach_penalty` and what the batch could have saved.
///
/// **Nonces.** Two different requests that one member signed under one nonce are proven to the `AuditLedger`, where the
/// member has time to rebut.
interface IQueryLedger {
    enum ReportState {
        None,
        Open,
        Needless,
        AnsweredLate,
        Breached,
        Overturned
    }

    /// @dev `batchId` is the EIP-712 digest of the request; `deadline` is in unix seconds.
    struct Commitment {
        bytes32 batchId;
        uint32 count;
        uint64 deadline;
    }

    /// @dev A commitment as it stands, in one slot. All zeros: never committed.
    struct Committal {
        uint32 count;
        uint64 deadline;
        uint64 blockNumber;
    }

    /// @dev An anchor as it stands, in one slot. All zeros: no such anchor.
    struct Anchor {
        uint32 batches;
        uint64 elements;
        uint64 anchoredAt; // unix seconds
    }

    /// @dev A request with the signature of its requester's operator key of a version.
    struct SignedRequest {
        Request request;
        uint32 keyVersion;
        bytes signature;
    }

    /// @dev A report as it stands, in one slot. All but `Open` are final.
    struct Report {
        ReportState state;
        uint64 reporter;
        uint32 count;
        uint48 reportedAt; // unix seconds
        uint48 answerableUntil;
        uint48 appealBy;
    }

    event Committed(bytes32 indexed batchId, uint64 indexed requester, uint32 count, uint64 deadline);
    /// @dev The member's limit in an epoch is its entitlement from now on.
    event BudgetOpened(uint64 indexed memberId, uint64 indexed epoch, uint64 limit);
    event Anchored(uint64 indexed requester, bytes32 indexed root, uint32 batches, uint64 elements);
    event Reported(
        uint64 indexed requester,
        bytes32 indexed batchId,
        uint64 indexed reporter,
        uint32 count,
        uint64 answerableUntil,
        uint64 appealBy
    );
    /// @dev `state` is Needless, AnsweredLate, Breached or Overturned.
    event ReportClosed(uint64 indexed requester, bytes32 indexed batchId, ReportState state);
    event LedgersSet(ICreditLedger credits, IQualityLedger quality);

    /// @dev The caller is not the operator of a member in standing.
    error NotOperatorInStanding(address caller);
    error NegativeBalance(uint64 requester, int256 balance);
    error EvaluationBudgetExceeded(uint64 memberId, uint256 used, uint256 limit);
    error BudgetAlreadyOpen(uint64 memberId, uint64 epoch);
    error NotInStanding(uint64 memberId);
    /// @dev The member's budget was never opened, and it never committed: `openBudget` comes first, once for ever.
    error NoBudgetYet(uint64 memberId);
    /// @dev A requester commits a batch once. Others may copy the identifier: that disturbs nobody, as commitments are kept
    /// by requester, and serves them nothing, as the request behind it names its requester.
    error BatchAlreadyCommitted(bytes32 batchId, uint64 requester);
    error CountOutOfBounds(bytes32 batchId, uint32 count, uint256 max);
    error DeadlineOutOfBounds(bytes32 batchId, uint64 deadline, uint256 timestamp, uint256 latest);
    error AnchorAlreadyMade(uint64 requester, bytes32 root);
    /// @dev An anchor has at least one batch, and each batch at least one element.
    error AnchorOutOfBounds(uint32 batches, uint64 elements);
    error NotExpress(bytes32 batchId, uint8 mode);
    error UnknownKeyVersion(uint64 memberId, uint32 version);
    error WrongSignature(uint64 requester, bytes32 batchId);
    /// @dev A member does not report itself.
    error ReportOnOneself(uint64 memberId);
    error ReportTooEarly(bytes32 batchId, uint256 timestamp, uint256 from);
    error BeyondRetention(bytes32 batchId, uint256 timestamp, uint256 until);
    error ReportInState(uint64 requester, bytes32 batchId, ReportState state);
    error AnswerTooLate(bytes32 batchId, uint256 timestamp, uint256 until);
    error AnswerStillOpen(bytes32 batchId, uint256 timestamp, uint256 until);
    error AppealTooLate(bytes32 batchId, uint256 timestamp, uint256 until);
    error AppealStillOpen(bytes32 batchId, uint256 timestamp, uint256 until);
    error NotInAnchor(uint64 requester, bytes32 root, bytes32 batchId);

    /// @notice Commits the caller's batches, all or none. Operator of a member in standing with no negative balance only.
    function commit(Commitment[] calldata commitments) external;

    /// @notice Makes a member's entitlement its limit in the current epoch, once. Anyone may call it.
    function openBudget(uint64 memberId) external;

    /// @notice Anchors express batches of the caller. Operator of a member in standing with no negative balance only, whose
    /// budget was opened once or that has committed once.
    function anchor(bytes32 root, uint32 batches, uint64 elements) external;

    /// @notice Reports an express request that no anchor is known of. Operator of another member in standing only.
    function report(SignedRequest calldata signed) external;

    /// @notice Answers a report with the batch's place in an anchor. Anyone may call it.
    function answerReport(uint64 requester, bytes32 batchId, AnchorProof calldata proof) external;

    /// @notice Ends a report that nobody answered in time without any effect, until its appeal window ends. Admin only: the
    /// timelock, once the deployer has handed over.
    function overturnReport(uint64 requester, bytes32 batchId) external;

    /// @notice Closes a report that nobody answered in time and no vote overturned. Anyone may call it. The requester is in
    /// breach and pays `breach_penalty` and what the batch could have saved it at most: each element a hit at each other member, at the
    /// price of a hit at the highest score.
    function closeReport(uint64 requester, bytes32 batchId) external;

    /// @notice Names the ledgers of credits and quality. Admin only: the timelock, once the deployer has handed over.
    function setLedgers(ICreditLedger credits, IQualityLedger quality) external;

    /// @notice What a requester committed under an identifier; all zeros when nothing was.
    function commitmentOf(uint64 requester, bytes32 batchId) external view returns (Committal memory);

    /// @notice Evaluations that a member has used in the current epoch, and how many it may use as things stand.
    function budgetOf(uint64 memberId) external view returns (uint64 used, uint64 limit);

    /// @notice What a requester anchored under a root; all zeros when nothing was.
    function anchorOf(uint64 requester, bytes32 root) external view returns (Anchor memory);

    /// @notice The report of a requester's batch; all zeros when there is none.
    function reportOf(uint64 requester, bytes32 batchId) external view returns (Report memory);
}
