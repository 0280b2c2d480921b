// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Application, Identity, Status} from "../types/Members.sol";

/// @title Who takes part: members, their keys by version, their standing and their one vote each.
/// @notice A member is an immutable number from 1; accounts, keys and endpoint are its versioned attributes. The vote is
/// a soulbound ERC-721 token whose id is the member's number, owned by its governance account and delegated to itself.
/// A member is in standing while it is `Admitted` or `Active`. The registry is the verifying contract of the EIP-712
/// domain ("Riskmesh", "1") of all messages between members.
interface IMemberRegistry {
    event MemberAdmitted(uint64 indexed memberId, address governance, address operator, uint64 activatesAt);
    event MemberActivated(uint64 indexed memberId);
    event MemberSuspended(uint64 indexed memberId);
    /// @dev Back to `Active` with its vote, or to `Admitted` when it had not been activated before its suspension.
    event MemberReinstated(uint64 indexed memberId);
    event MemberExpelled(uint64 indexed memberId);
    event MemberLeft(uint64 indexed memberId);
    event GovernanceReplaced(uint64 indexed memberId, address governance);
    event OperatorRotated(uint64 indexed memberId, uint32 indexed version, address operator);
    event SealingKeyRotated(uint64 indexed memberId, uint32 indexed version, uint16 suite, bytes key);
    event OprfKeyRotated(uint64 indexed memberId, uint32 indexed version, bytes32 key, bytes possession);
    /// @dev `tlsFingerprint` is the SHA-256 of the certificate in DER.
    event EndpointSet(uint64 indexed memberId, string endpoint, bytes32 tlsFingerprint, bytes certificate);
    event ProfileSet(uint64 indexed memberId, bytes32 profileHash);
    event FoundingClosed(uint64 founders);

    error FoundingIsClosed();
    error ZeroAccount();
    /// @dev An account serves one member in one role, for ever, also after its rotation.
    error AccountAlreadyUsed(address account, uint64 memberId);
    error UnsupportedSealingSuite(uint16 suite);
    error WrongSealingKeyLength(uint16 suite, uint256 length, uint256 expected);
    /// @dev The identity of the group, 32 zero bytes, is no key.
    error IdentityOprfKey();
    error OprfKeyAlreadyUsed(bytes32 key, uint64 memberId);
    error WrongPossessionLength(uint256 length, uint256 expected);
    error EndpointLengthOutOfBounds(uint256 length, uint256 max);
    error CertificateLengthOutOfBounds(uint256 length, uint256 max);
    error TooManyAdmissions(uint64 epoch, uint256 admitted, uint256 limit);
    error WrongStatus(uint64 memberId, Status status);
    error NotActivatedYet(uint64 memberId, uint256 timestamp, uint64 activatesAt);
    /// @dev The caller is neither the governance account nor the current operator of a member.
    error NotAMember(address caller);
    error NotGovernanceAccount(address caller);
    /// @dev Votes are neither transferred nor approved.
    error Soulbound();
    /// @dev One member, one vote: nobody votes for another.
    error DelegationDisabled();

    /// @notice Takes in a founder, active at once. Deployer only, until founding is closed.
    function found(Application calldata application) external returns (uint64 memberId);

    /// @notice Ends founding for ever. Deployer only.
    function closeFounding() external;

    /// @notice Admits a member; it gets its vote by `activate` after the activation delay. Governor only.
    function admit(Application calldata application) external returns (uint64 memberId);

    /// @notice Gives an admitted member its vote once its activation time has come. Anyone may call it.
    function activate(uint64 memberId) external;

    /// @notice Takes standing and vote away for a time. Governor only.
    function suspend(uint64 memberId) external;

    /// @notice Ends a suspension. Governor only.
    function reinstate(uint64 memberId) external;

    /// @notice Takes standing and vote away for ever; history stays. Governor only.
    function expel(uint64 memberId) external;

    /// @notice The caller's member leaves for ever, from any status that is not final. Governance account only.
    function leave() external;

    /// @notice Moves a member, with its vote, to another governance account. Governor only.
    function replaceGovernance(uint64 memberId, address governance) external;

    /// @notice Changes the operator account. Governance account only, also while suspended.
    /// @dev The new account is not asked: a member that takes an account it does not hold blocks whoever holds it, in
    /// the open and under its own name.
    function rotateOperator(address operator) external;

    /// @notice Changes the key that messages to the member are sealed with. Governance account or operator.
    function rotateSealing(uint16 suite, bytes calldata key) external;

    /// @notice Changes the OPRF key; each key is used by one member once. Governance account or operator.
    function rotateOprf(bytes32 key, bytes calldata possession) external;

    /// @notice Changes the endpoint and its TLS certificate. Governance account or operator.
    function setEndpoint(string calldata endpoint, bytes calldata certificate) external;

    /// @notice Member whose governance account or current operator `account` is; 0 when there is none.
    function memberOf(address account) external view returns (uint64 memberId);

    /// @notice Member whose current operator `operator` is, and its status; (0, None) when there is none.
    function memberByOperator(address operator) external view returns (uint64 memberId, Status status);

    /// @notice Current operator; the zero address for an unknown member.
    function operatorOf(uint64 memberId) external view returns (address operator);

    /// @notice Operator of a version, from 1; the zero address when there is no such version.
    function operatorAt(uint64 memberId, uint32 version) external view returns (address operator);

    /// @notice Sealing key of a version, from 1; (0, "") when there is no such version.
    function sealingKeyAt(uint64 memberId, uint32 version) external view returns (uint16 suite, bytes memory key);

    /// @notice OPRF key of a version, from 1; zero when there is no such version.
    function oprfKeyAt(uint64 memberId, uint32 version) external view returns (bytes32 key);

    /// @notice Current governance account; the zero address for an unknown member.
    function governanceOf(uint64 memberId) external view returns (address governance);

    function statusOf(uint64 memberId) external view returns (Status status);

    /// @notice Whether a member may ask and be asked: `Admitted` or `Active`.
    function inStanding(uint64 memberId) external view returns (bool);

    /// @notice Everything that is current about a member; all zeros for an unknown one.
    function identity(uint64 memberId) external view returns (Identity memory);

    /// @notice Members ever taken in; their numbers are 1 to this.
    function memberCount() external view returns (uint64);

    /// @notice Members in standing.
    function standingCount() external view returns (uint64);

    /// @notice Members with a vote.
    function activeCount() external view returns (uint256);

    function foundingClosed() external view returns (bool);
}
