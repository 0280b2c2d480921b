// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {AuditorRoll} from "../libraries/AuditorRoll.sol";
import {Cases} from "../libraries/Cases.sol";
import {Draws} from "../libraries/Draws.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Retention} from "../libraries/Retention.sol";
import {Scores} from "../libraries/Scores.sol";
import {Standing} from "../libraries/Standing.sol";
import {Auditor, AuditorPapers, CaseFile, CaseKind, CaseState, Draw, SignedHead} from "../types/Audits.sol";
import {BreachKinds} from "../types/Breaches.sol";
import {SignatureProofs} from "./SignatureProofs.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Auditors, draws and cases.
contract AuditLedger is AccessControl, IAuditLedger {
    using AuditorRoll for AuditorRoll.Roll;
    using Cases for Cases.Book;
    using Draws for Draws.Book;

    struct Ledgers {
        IDatasetRegistry datasets;
        IQueryLedger queries;
        ICreditLedger credits;
        IQualityLedger quality;
    }

    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");
    uint256 private constant _DEMAND_LASTS = 1 days;

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    SignatureProofs private immutable _PROOFS;
    Ledgers private _ledgers;
    AuditorRoll.Roll private _roll;
    Draws.Book private _draws;
    Cases.Book private _cases;
    mapping(uint64 memberId => mapping(address auditor => uint256 timestamp)) private _demands;

    modifier onlyAuditor() {
        _roll.requireAuditor(_msgSender());
        _;
    }

    /// @param ledgers_ where batches and publications are read and effects go, until the members vote for others
    /// @param admin may grant and revoke roles; hands over to the timelock and renounces
    constructor(IMemberRegistry registry, IProtocolParameters parameters, Ledgers memory ledgers_, address admin) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _ledgers = ledgers_;
        _PROOFS = new SignatureProofs(registry, parameters);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IAuditLedger
    function appoint(address account, AuditorPapers calldata papers) external onlyRole(GOVERNOR_ROLE) {
        uint64 memberId = _REGISTRY.memberOf(account);
        if (memberId != 0) revert AuditorIsMember(account, memberId);
        bytes32 fingerprint = _roll.appoint(account, papers);
        emit AuditorAppointed(
            account, papers.sealingSuite, papers.sealingKey, fingerprint, papers.certificate, papers.nameHash
        );
    }

    /// @inheritdoc IAuditLedger
    function dismiss(address account) external onlyRole(GOVERNOR_ROLE) {
        _roll.remove(account);
        emit AuditorDismissed(account);
    }

    /// @inheritdoc IAuditLedger
    function setLedgers(IDatasetRegistry datasets, IQueryLedger queries, ICreditLedger credits, IQualityLedger quality)
        external
        onlyRole(GOVERNOR_ROLE)
    {
        _ledgers = Ledgers({datasets: datasets, queries: queries, credits: credits, quality: quality});
        emit LedgersSet(datasets, queries, credits, quality);
    }

    /// @inheritdoc IAuditLedger
    function rotateAuditorKeys(uint16 suite, bytes calldata key, bytes calldata certificate) external onlyAuditor {
        bytes32 fingerprint = _roll.setKeys(_msgSender(), suite, key, certificate);
        emit AuditorKeysRotated(_msgSender(), suite, key, fingerprint, certificate);
    }

    /// @inheritdoc IAuditLedger
    function commitSeed(uint64 epoch, bytes32 commitment) external onlyAuditor {
        uint64 current = _PARAMETERS.currentEpoch();
        if (epoch <= current) revert EpochHasBegun(epoch, current);
        _draws.commit(epoch, _msgSender(), commitment);
        emit SeedCommitted(epoch, _msgSender(), commitment);
    }

    /// @inheritdoc IAuditLedger
    function closeEpoch(uint64 epoch) external {
        uint64 current = _PARAMETERS.currentEpoch();
        if (epoch >= current) revert EpochNotOver(epoch, current);
        uint256 samplePpm = _PARAMETERS.get(ParameterKeys.AUDIT_SAMPLE_PPM);
        Draw memory closed = _draws.close(epoch, _PARAMETERS.get(ParameterKeys.REVEAL_WINDOW_S), samplePpm);
        emit EpochClosed(epoch, closed.closingHash, closed.revealBy, closed.samplePpm);
    }

    /// @inheritdoc IAuditLedger
    function revealSeed(uint64 epoch, bytes32 seed) external {
        _draws.reveal(epoch, _msgSender(), seed);
        emit SeedRevealed(epoch, _msgSender(), seed);
    }

    /// @inheritdoc IAuditLedger
    function draw(uint64 epoch) external {
        (bytes32 value, uint32 withheld) = _draws.finish(epoch);
        emit Drawn(epoch, value, withheld);
    }

    /// @inheritdoc IAuditLedger
    function strikeOff(uint64 epoch, address auditor) external {
        _draws.takeWithheld(epoch, auditor);
        _roll.remove(auditor);
        emit AuditorStruckOff(auditor, epoch);
    }

    /// @inheritdoc IAuditLedger
    function openDrawn(uint64 epoch, uint64 requester, bytes32 batchId) external onlyAuditor returns (bytes32 caseId) {
        IQueryLedger.Committal memory batch = _ledgers.queries.commitmentOf(requester, batchId);
        return _openDrawn(epoch, requester, batchId, batch.deadline, batch.count);
    }

    /// @inheritdoc IAuditLedger
    function openLeaf(uint64 epoch, uint64 requester, bytes32 root, uint32 index)
        external
        onlyAuditor
        returns (bytes32 caseId)
    {
        IQueryLedger.Anchor memory made = _ledgers.queries.anchorOf(requester, root);
        uint256 elements = _PARAMETERS.get(ParameterKeys.MAX_BATCH_COUNT);
        // Each of the others has an element at least; of no anchor there is nothing to subtract.
        if (index < made.batches && made.elements - made.batches < elements) {
            elements = made.elements - made.batches + 1;
        }
        uint256 anchoredAt = index < made.batches ? made.anchoredAt : 0;
        caseId = _openDrawn(epoch, requester, Draws.leaf(root, index), anchoredAt, elements);
        emit LeafDrawn(caseId, root, index);
    }

    /// @inheritdoc IAuditLedger
    function openForCause(uint64 accused, bytes32 evidence) external returns (bytes32 caseId) {
        uint64 opener = Standing.memberOrZero(_REGISTRY, _msgSender());
        if (opener == 0 && !_roll.isAuditor(_msgSender())) revert NotEntitled(_msgSender());
        if (evidence == bytes32(0)) revert EmptyDigest();
        caseId = keccak256(abi.encode(CaseKind.Cause, _msgSender(), accused, evidence));
        uint256 most = _hitsIn(_PARAMETERS.get(ParameterKeys.MAX_BATCH_COUNT));
        _open(caseId, CaseKind.Cause, opener, accused, evidence, most);
    }

    /// @inheritdoc IAuditLedger
    function openDispute(uint64 holder, bytes32 claimDigest, bytes32 replyDigest, uint256 amount)
        external
        returns (bytes32 caseId)
    {
        // Also a member that is suspended or has ended disputes and answers, so its status does not matter.
        // slither-disable-next-line unused-return
        (uint64 requester,) = _REGISTRY.memberByOperator(_msgSender());
        if (requester == 0) revert NotEntitled(_msgSender());
        if (claimDigest == bytes32(0) || replyDigest == bytes32(0)) revert EmptyDigest();
        _requirePlausible(amount);
        caseId = keccak256(abi.encode(CaseKind.Dispute, requester, holder, claimDigest));
        _open(caseId, CaseKind.Dispute, requester, holder, claimDigest, 1);
        emit Disputed(caseId, replyDigest, _ledgers.credits.escrow(caseId, requester, holder, amount));
    }

    /// @inheritdoc IAuditLedger
    function proveTwoHeads(SignedHead calldata, SignedHead calldata) external returns (bytes32 caseId) {
        return _openContradiction();
    }

    /// @inheritdoc IAuditLedger
    function proveAgainstPublication(SignedHead calldata) external returns (bytes32 caseId) {
        return _openContradiction();
    }

    /// @inheritdoc IAuditLedger
    function proveNonceReuse(IQueryLedger.SignedRequest calldata, IQueryLedger.SignedRequest calldata)
        external
        returns (bytes32 caseId)
    {
        (uint64 requester, uint128 nonce, bytes32 batchId, bytes32 otherBatchId) =
            abi.decode(_proven(), (uint64, uint128, bytes32, bytes32));
        caseId = keccak256(abi.encode(CaseKind.NonceReuse, requester, nonce));
        _open(caseId, CaseKind.NonceReuse, 0, requester, bytes32(uint256(nonce)), 1);
        emit NonceReuseProven(requester, nonce, batchId, otherBatchId);
    }

    /// @inheritdoc IAuditLedger
    function answer(bytes32 caseId, bytes32 digest) external {
        if (digest == bytes32(0)) revert EmptyDigest();
        // Also a member that is suspended or has ended disputes and answers, so its status does not matter.
        // slither-disable-next-line unused-return
        (uint64 memberId,) = _REGISTRY.memberByOperator(_msgSender());
        _cases.answer(caseId, memberId, digest);
        emit CaseAnswered(caseId, digest);
    }

    /// @inheritdoc IAuditLedger
    function castVerdict(bytes32 caseId, uint32 found, bytes32 reason) external onlyAuditor {
        bool ruled = _cases.vote(caseId, _roll.accounts, _msgSender(), found);
        emit VerdictCast(caseId, _msgSender(), found, reason);
        if (ruled) emit CaseRuled(caseId, _cases.cases[caseId].found);
    }

    /// @inheritdoc IAuditLedger
    function overturn(bytes32 caseId, uint32 found) external onlyRole(GOVERNOR_ROLE) {
        _cases.overturn(caseId, found);
        emit CaseOverturned(caseId, found);
    }

    /// @inheritdoc IAuditLedger
    function settle(bytes32 caseId) external {
        (Cases.Case storage file, CaseState outcome) = _cases.settle(caseId);
        (CaseKind kind, uint64 accused, uint64 opener) = (file.kind, file.accused, file.opener);
        emit CaseSettled(caseId, outcome);
        if (kind == CaseKind.Dispute) _endEscrow(caseId, outcome, accused, opener);
        if (outcome == CaseState.Upheld) {
            _ledgers.quality.recordBreach(accused, _breachOf(kind), caseId);
            uint256 penalty = _PARAMETERS.get(ParameterKeys.BREACH_PENALTY);
            if (kind == CaseKind.Drawn || kind == CaseKind.Cause) {
                penalty += Cases.foundOf(file) * _PARAMETERS.get(ParameterKeys.UNCLAIMED_HIT_PENALTY);
            }
            _penalize(accused, penalty, caseId);
        } else if (outcome == CaseState.Dismissed && kind == CaseKind.Cause && opener != 0) {
            _penalize(opener, _PARAMETERS.get(ParameterKeys.NEEDLESS_CASE_FEE), caseId);
        }
    }

    /// @inheritdoc IAuditLedger
    function demandSuspension(uint64 memberId, bytes32 reason) external onlyAuditor {
        _demands[memberId][_msgSender()] = block.timestamp;
        emit SuspensionDemanded(memberId, _msgSender(), reason);
        uint256 demanding = 0;
        for (uint256 i = 0; i < _roll.accounts.length; ++i) {
            uint256 demanded = _demands[memberId][_roll.accounts[i]];
            if (demanded != 0 && demanded + _DEMAND_LASTS >= block.timestamp) ++demanding;
        }
        if (demanding < _roll.quorum()) return;
        for (uint256 i = 0; i < _roll.accounts.length; ++i) {
            delete _demands[memberId][_roll.accounts[i]];
        }
        _REGISTRY.emergencySuspend(memberId);
    }

    /// @inheritdoc IAuditLedger
    function ledgers()
        external
        view
        returns (IDatasetRegistry datasets, IQueryLedger queries, ICreditLedger credits, IQualityLedger quality)
    {
        return (_ledgers.datasets, _ledgers.queries, _ledgers.credits, _ledgers.quality);
    }

    /// @inheritdoc IAuditLedger
    function auditors() external view returns (address[] memory accounts) {
        return _roll.accounts;
    }

    /// @inheritdoc IAuditLedger
    function auditorOf(address account) external view returns (Auditor memory) {
        return _roll.auditors[account];
    }

    /// @inheritdoc IAuditLedger
    function drawOf(uint64 epoch) external view returns (Draw memory) {
        return _draws.draws[epoch];
    }

    /// @inheritdoc IAuditLedger
    function seedOf(uint64 epoch, address auditor) external view returns (bytes32 commitment) {
        return _draws.seeds[epoch][auditor];
    }

    /// @inheritdoc IAuditLedger
    function caseOf(bytes32 caseId) external view returns (CaseFile memory) {
        return _cases.fileOf(caseId);
    }

    function _endEscrow(bytes32 caseId, CaseState outcome, uint64 holder, uint64 requester) private {
        if (outcome == CaseState.Lapsed) _ledgers.credits.giveBack(caseId);
        else _ledgers.credits.release(caseId, outcome == CaseState.Dismissed ? holder : requester);
    }

    function _openDrawn(uint64 epoch, uint64 requester, bytes32 id, uint256 timestamp, uint256 elements)
        private
        returns (bytes32 caseId)
    {
        Draw storage drawn = _draws.draws[epoch];
        if (drawn.value == bytes32(0)) revert NotDrawn(epoch);
        if (timestamp == 0 || _PARAMETERS.epochAt(timestamp) != epoch) revert BatchNotOfEpoch(epoch, requester, id);
        Retention.requireWithin(_PARAMETERS, timestamp);
        if (!Draws.falls(drawn.value, drawn.samplePpm, requester, id)) revert NotSampled(epoch, requester, id);
        caseId = keccak256(abi.encode(CaseKind.Drawn, epoch, requester, id));
        _open(caseId, CaseKind.Drawn, 0, requester, id, _hitsIn(elements));
    }

    function _openContradiction() private returns (bytes32 caseId) {
        (uint64 holder, uint64 sequence) = abi.decode(_proven(), (uint64, uint64));
        caseId = keccak256(abi.encode(CaseKind.Contradiction, holder, sequence));
        _open(caseId, CaseKind.Contradiction, 0, holder, bytes32(uint256(sequence)), 1);
    }

    function _open(bytes32 caseId, CaseKind kind, uint64 opener, uint64 accused, bytes32 subject, uint256 most)
        private
    {
        if (accused == 0 || accused > _REGISTRY.memberCount()) revert NoSuchMember(accused);
        Cases.Windows memory windows = Cases.Windows({
            answer: _PARAMETERS.get(ParameterKeys.ANSWER_WINDOW_S),
            ruling: _PARAMETERS.get(ParameterKeys.RULING_WINDOW_S),
            appeal: _PARAMETERS.get(ParameterKeys.APPEAL_WINDOW_S)
        });
        Cases.Case storage file = _cases.open(caseId, kind, opener, accused, SafeCast.toUint32(most), windows);
        emit CaseOpened(
            caseId, kind, accused, opener, subject, file.answerBy, file.decideBy, file.appealWindow, file.most
        );
    }

    function _penalize(uint64 memberId, uint256 amount, bytes32 caseId) private {
        if (amount > 0) _ledgers.credits.penalize(memberId, amount, caseId);
    }

    /// @dev Hits that so many elements can have at most: one of each at every other member.
    function _hitsIn(uint256 elements) private view returns (uint256) {
        return elements * (_REGISTRY.memberCount() - 1);
    }

    /// @dev What the call that is being made proves; refused as it is when it proves nothing.
    function _proven() private view returns (bytes memory found) {
        return Address.functionStaticCall(address(_PROOFS), _msgData());
    }

    /// @dev A dispute is about claims of one batch, so it is worth no more than a hit on every element of the largest one.
    function _requirePlausible(uint256 amount) private view {
        uint32 version = SafeCast.toUint32(_PARAMETERS.get(ParameterKeys.PRICE_VERSION));
        uint256 hitFee = _PARAMETERS.feeBoundsUpTo(version).greatestHitFee;
        uint256 max = _PARAMETERS.get(ParameterKeys.MAX_BATCH_COUNT) * Scores.hitPrice(hitFee, Scores.FULL_BPS);
        if (amount > max) revert DisputeTooLarge(amount, max);
    }

    function _breachOf(CaseKind kind) private pure returns (uint8) {
        if (kind == CaseKind.Drawn) return BreachKinds.DRAWN_AUDIT;
        if (kind == CaseKind.Cause) return BreachKinds.AUDIT_FOR_CAUSE;
        if (kind == CaseKind.Dispute) return BreachKinds.DISPUTE;
        if (kind == CaseKind.NonceReuse) return BreachKinds.NONCE_REUSED;
        return BreachKinds.CONTRADICTION;
    }
}
