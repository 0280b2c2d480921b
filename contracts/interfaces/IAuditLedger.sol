// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Auditor, AuditorPapers, CaseFile, CaseKind, CaseState, Draw, SignedHead} from "../types/Audits.sol";
import {ICreditLedger} from "./ICreditLedger.sol";
import {IDatasetRegistry} from "./IDatasetRegistry.sol";
import {IQualityLedger} from "./IQualityLedger.sol";
import {IQueryLedger} from "./IQueryLedger.sol";

/// @title Audit after the event: who audits, what is drawn, and the one course that every accusation takes.
/// @notice **Auditors** are appointed and dismissed by vote, at most 15, and are no members. More than half of those there
/// are decide; only votes of present auditors count, and a case that they do not decide in time lapses.
///
/// **Draws.** Before an epoch an auditor commits `keccak256(abi.encode(epoch, auditor, seed))`. After it anyone closes the
/// epoch, which takes the hash of the block before; then seeds are revealed, within `reveal_window_s`; then anyone draws:
///
///     draw = keccak256(abi.encode(epoch, closing hash, mix, instead))
///
/// where `mix` is the exclusive or of `keccak256(abi.encode(auditor, seed))` over revealed seeds, and `instead` is zero when
/// all were revealed, else the hash of the block before the draw. An auditor that withheld a seed can be struck off by
/// anyone, and returns only by vote. A draw of an epoch falls on a batch whose deadline lies in it when
/// `uint256(keccak256(abi.encode(draw, requester, batchId))) % 1000000 < audit_sample_ppm`. Express batches are drawn by
/// their places in anchors made in the epoch: `keccak256(abi.encode(root, index))` is there in the place of `batchId`.
///
/// **Cases.** Open → (answer) → Answered → (quorum) → Upheld or Dismissed → (appeal window) → Settled. Who does not answer
/// in time has lost: the case is Upheld. One that is answered and not decided in time is Lapsed, or Upheld if it is a
/// contradiction or a nonce used twice, whose proof the contract has checked. Until the appeal window ends a vote of the members can overturn
/// what a case came to, once. Only settlement has effects, so nothing must ever be taken back:
///
/// **Counts.** A verdict says how many hits were read and not claimed, 1 for any other fault, 0 for none. A case stands for
/// as many as more than half of the auditors found at least; votes until `decideBy` let that grow, and renew the appeal
/// window. It is never more than the batch has elements times the other members (for cause: as the largest batch; else 1),
/// and that is what a case stands for whose accused kept silent: nothing that can be found costs more.
///
/// | | Upheld | Dismissed | Lapsed |
/// | --- | --- | --- | --- |
/// | Drawn | breach, `breach_penalty`, count times `unclaimed_hit_penalty` | - | - |
/// | Contradiction, NonceReuse | breach, `breach_penalty` | - | - |
/// | Cause | as Drawn | a member that opened it pays `needless_case_fee` | - |
/// | Dispute | breach, `breach_penalty`, escrow to the requester | escrow to the holder | escrow given back |
///
/// Nothing is opened about what is older than `audit_retention_s`: daemons have forgotten it.
interface IAuditLedger {
    /// @dev `tlsFingerprint` is the SHA-256 of the certificate in DER.
    event AuditorAppointed(
        address indexed auditor,
        uint16 sealingSuite,
        bytes sealingKey,
        bytes32 tlsFingerprint,
        bytes certificate,
        bytes32 nameHash
    );
    event AuditorDismissed(address indexed auditor);
    event AuditorKeysRotated(
        address indexed auditor, uint16 sealingSuite, bytes sealingKey, bytes32 tlsFingerprint, bytes certificate
    );
    /// @dev The auditor is dismissed with it.
    event AuditorStruckOff(address indexed auditor, uint64 indexed epoch);
    event SeedCommitted(uint64 indexed epoch, address indexed auditor, bytes32 commitment);
    event EpochClosed(uint64 indexed epoch, bytes32 closingHash, uint64 revealBy, uint32 samplePpm);
    event SeedRevealed(uint64 indexed epoch, address indexed auditor, bytes32 seed);
    event Drawn(uint64 indexed epoch, bytes32 value, uint32 withheld);
    /// @dev `opener` is 0 for an auditor, or anyone with a proof. `subject` is the batch, the evidence, the claim, the
    /// sequence number or the nonce that the case is about.
    event CaseOpened(
        bytes32 indexed caseId,
        CaseKind indexed kind,
        uint64 indexed accused,
        uint64 opener,
        bytes32 subject,
        uint64 answerBy,
        uint64 decideBy,
        uint64 appealWindowS,
        uint32 most
    );
    /// @dev Which batch of which anchor the case is about; `subject` is keccak256(abi.encode(root, index)).
    event LeafDrawn(bytes32 indexed caseId, bytes32 indexed root, uint32 index);
    /// @dev What a dispute is about beside the claim, and what waits in escrow.
    event Disputed(bytes32 indexed caseId, bytes32 replyDigest, uint256 amount);
    /// @dev What two requests of one nonce are; `CaseOpened` is emitted with it.
    event NonceReuseProven(uint64 indexed requester, uint128 nonce, bytes32 batchId, bytes32 otherBatchId);
    event CaseAnswered(bytes32 indexed caseId, bytes32 digest);
    event VerdictCast(bytes32 indexed caseId, address indexed auditor, uint32 found, bytes32 reason);
    /// @dev A quorum has dismissed the case (0), upheld it, or found more than it had.
    event CaseRuled(bytes32 indexed caseId, uint32 found);
    event CaseOverturned(bytes32 indexed caseId, uint32 found);
    event CaseSettled(bytes32 indexed caseId, CaseState outcome);
    event SuspensionDemanded(uint64 indexed memberId, address indexed auditor, bytes32 reason);
    event LedgersSet(IDatasetRegistry datasets, IQueryLedger queries, ICreditLedger credits, IQualityLedger quality);

    error ZeroAccount();
    error NotAnAuditor(address account);
    error AlreadyAuditor(address account);
    error TooManyAuditors(uint256 max);
    /// @dev Members do not audit each other.
    error AuditorIsMember(address account, uint64 memberId);
    error UnsupportedSealingSuite(uint16 suite);
    error WrongSealingKeyLength(uint16 suite, uint256 length, uint256 expected);
    error CertificateLengthOutOfBounds(uint256 length, uint256 max);
    error EpochHasBegun(uint64 epoch, uint64 current);
    error EpochNotOver(uint64 epoch, uint64 current);
    error EpochNotClosed(uint64 epoch);
    error EpochAlreadyClosed(uint64 epoch);
    error NoSeeds(uint64 epoch);
    error SeedAlreadyCommitted(uint64 epoch, address auditor);
    error WrongSeed(uint64 epoch, address auditor);
    error NothingWithheld(uint64 epoch, address auditor);
    error AlreadyDrawn(uint64 epoch);
    error NotDrawn(uint64 epoch);
    error NotSampled(uint64 epoch, uint64 requester, bytes32 batchId);
    error BatchNotOfEpoch(uint64 epoch, uint64 requester, bytes32 batchId);
    error BeyondRetention(uint256 timestamp, uint256 oldest);
    error TooEarly(uint256 timestamp, uint256 after_);
    error TooLate(uint256 timestamp, uint256 until);
    error NoSuchMember(uint64 memberId);
    /// @dev The caller speaks for no member that may do this, and is no auditor where one could.
    error NotEntitled(address caller);
    error OwnAccuser(uint64 memberId);
    error CaseAlreadyOpened(bytes32 caseId);
    error WrongState(bytes32 caseId, CaseState state);
    error NotTheAccused(bytes32 caseId, uint64 memberId);
    error AlreadyVoted(bytes32 caseId, address auditor);
    error AlreadyOverturned(bytes32 caseId);
    /// @dev More than the case can be about.
    error TooManyFound(bytes32 caseId, uint256 found, uint256 most);
    /// @dev The case comes to this already.
    error NothingOverturned(bytes32 caseId, uint32 found);
    error EmptyDigest();
    error UnknownKeyVersion(uint64 memberId, uint32 version);
    error WrongSignature(uint64 memberId);
    error NotAboutOneSnapshot(uint64 holder, uint64 sequence, uint64 otherHolder, uint64 otherSequence);
    error NoContradiction(uint64 holder, uint64 sequence);
    /// @dev Two requests of different members or nonces, or one request twice.
    error NoReuse(bytes32 batchId, bytes32 otherBatchId);
    /// @dev More than the claims of any one batch can cost.
    error DisputeTooLarge(uint256 amount, uint256 max);

    /// @notice Appoints an auditor. Governor only.
    function appoint(address account, AuditorPapers calldata papers) external;

    /// @notice Dismisses an auditor. Governor only.
    function dismiss(address account) external;

    /// @notice Names other ledgers from now on. Governor only.
    function setLedgers(IDatasetRegistry datasets, IQueryLedger queries, ICreditLedger credits, IQualityLedger quality)
        external;

    /// @notice Changes the key that openings are sealed with, and the certificate that members take. The auditor itself;
    /// whichever stays is given again. What was before counts no longer.
    function rotateAuditorKeys(uint16 suite, bytes calldata key, bytes calldata certificate) external;

    /// @notice Commits to a seed for an epoch that has not begun. Auditors only, once an epoch.
    function commitSeed(uint64 epoch, bytes32 commitment) external;

    /// @notice Closes an epoch that is over and has seeds. Anyone may call it, once.
    function closeEpoch(uint64 epoch) external;

    /// @notice Reveals the caller's seed of a closed epoch, in time.
    function revealSeed(uint64 epoch, bytes32 seed) external;

    /// @notice Draws, once all seeds are revealed or the time for it has passed. Anyone may call it, once.
    function draw(uint64 epoch) external;

    /// @notice Dismisses an auditor that withheld a seed. Anyone may call it.
    function strikeOff(uint64 epoch, address auditor) external;

    /// @notice Opens the audit of a committed batch that the draw of its deadline's epoch fell on. Auditors only.
    function openDrawn(uint64 epoch, uint64 requester, bytes32 batchId) external returns (bytes32 caseId);

    /// @notice Opens the audit of a batch that stands in an anchor at `index`, when the draw of the epoch that it was
    /// anchored in fell on that place. Which batch it is, the accused shows with its answer. Auditors only.
    function openLeaf(uint64 epoch, uint64 requester, bytes32 root, uint32 index) external returns (bytes32 caseId);

    /// @notice Opens an audit for cause. Operator of a member in standing, or an auditor.
    /// @param evidence digest of what the auditors are shown
    function openForCause(uint64 accused, bytes32 evidence) external returns (bytes32 caseId);

    /// @notice Opens a dispute over a disclosure that was not served or was wrong. Operator of the requester.
    /// @param claimDigest digest of the signed claim
    /// @param replyDigest digest of the holder's signed reply
    /// @param amount what the claims cost, at most what those of one batch can; waits in escrow as far as the balance reaches
    function openDispute(uint64 holder, bytes32 claimDigest, bytes32 replyDigest, uint256 amount)
        external
        returns (bytes32 caseId);

    /// @notice Proves that a holder signed two heads with one sequence number and two contents. Anyone may.
    function proveTwoHeads(SignedHead calldata first, SignedHead calldata second) external returns (bytes32 caseId);

    /// @notice Proves that a holder signed a head that is not what it published under that number. Anyone may.
    function proveAgainstPublication(SignedHead calldata signed) external returns (bytes32 caseId);

    /// @notice Proves that a member signed two requests under one nonce. Anyone may.
    function proveNonceReuse(IQueryLedger.SignedRequest calldata one, IQueryLedger.SignedRequest calldata other)
        external
        returns (bytes32 caseId);

    /// @notice Notes the digest of what the accused hands to the auditors, or of its rebuttal. Operator of the accused,
    /// whatever its status, in time, once.
    function answer(bytes32 caseId, bytes32 digest) external;

    /// @notice Votes on a case, once: while it waits for auditors, or is upheld for less than it can be about, in time.
    /// Auditors only.
    /// @param found hits read and not claimed, or 1 for any other fault; 0 dismisses the case
    /// @param reason digest of the reasons
    function castVerdict(bytes32 caseId, uint32 found, bytes32 reason) external;

    /// @notice Decides anew what a case comes to, once, until its appeal window ends. Governor only.
    /// @param found as in a verdict; another number than it comes to
    function overturn(bytes32 caseId, uint32 found) external;

    /// @notice Brings the effects of a case to the other ledgers, once nothing can change it. Anyone may call it.
    function settle(bytes32 caseId) external;

    /// @notice Demands that a member be suspended at once. When more than half of the auditors have demanded it within a
    /// day, it is, as `MemberRegistry.emergencySuspend` allows. Auditors only.
    function demandSuspension(uint64 memberId, bytes32 reason) external;

    /// @notice Where batches and publications are read and effects go.
    function ledgers()
        external
        view
        returns (IDatasetRegistry datasets, IQueryLedger queries, ICreditLedger credits, IQualityLedger quality);

    function auditors() external view returns (address[] memory accounts);

    /// @notice All zeros for an account that is none.
    function auditorOf(address account) external view returns (Auditor memory);

    function drawOf(uint64 epoch) external view returns (Draw memory);

    /// @notice Commitment of a seed that is not revealed; zero when there is none.
    function seedOf(uint64 epoch, address auditor) external view returns (bytes32 commitment);

    function caseOf(bytes32 caseId) external view returns (CaseFile memory);
}
