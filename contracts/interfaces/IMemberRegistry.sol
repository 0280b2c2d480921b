// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Application, Identity, Status, Term} from "../types/Members.sol";

/// @title Who takes part: members, their keys by version, their standing and their one vote each.
/// @notice A member is an immutable number from 1; accounts, keys and endpoint are its versioned attributes. The vote is
/// a soulbound ERC-721 token whose id is the member's number, owned by its governance account and delegated to itself.
/// A member is in standing while it is `Admitted` or `Active` and no emergency suspension runs. The registry is the
/// verifying contract of the EIP-712 domain ("Riskmesh", "1") of all messages between members, of orders to rotate an
/// operator and of departures.
/// @dev Grace: whoever rotates a key says for how many seconds its predecessor still counts, at most the parameter
/// `key_grace_s`; after a theft that is 0. Within its grace a replaced operator still acts for its member in the
/// ledgers, so that what is under way ends well, but changes nothing about the member itself.
interface IMemberRegistry {
    event MemberAdmitted(uint64 indexed memberId, address governance, address operator, uint64 activatesAt);
    event MemberActivated(uint64 indexed memberId);
    event MemberSuspended(uint64 indexed memberId);
    /// @dev Back to `Active` with its vote, or to `Admitted` when it had not been activated before its suspension.
    event MemberReinstated(uint64 indexed memberId);
    /// @dev Standing ends until `until`, by itself; the vote stays. Not again before `againFrom`. Unix seconds.
    event MemberSuspendedInEmergency(uint64 indexed memberId, uint48 until, uint48 againFrom);
    event MemberExpelled(uint64 indexed memberId);
    event MemberLeft(uint64 indexed memberId);
    event GovernanceReplaced(uint64 indexed memberId, address governance);
    /// @dev In all of these `previousUntil` is the unix second before which the version before still counts; 0 for the
    /// first version.
    event OperatorRotated(uint64 indexed memberId, uint32 indexed version, address operator, uint48 previousUntil);
    event SealingKeyRotated(
        uint64 indexed memberId, uint32 indexed version, uint16 suite, bytes key, uint48 previousUntil
    );
    /// @dev The proof of possession is for every member to check off the chain: the curve is not one of the chain's.
    event OprfKeyRotated(
        uint64 indexed memberId, uint32 indexed version, bytes32 key, bytes possession, uint48 previousUntil
    );
    /// @dev `tlsFingerprint` is the SHA-256 of the certificate in DER.
    event EndpointSet(
        uint64 indexed memberId, string endpoint, bytes32 tlsFingerprint, bytes certificate, uint48 previousUntil
    );
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
    /// @dev A profile is one member's for ever.
    error ProfileAlreadyUsed(bytes32 profileHash, uint64 memberId);
    error GraceTooLong(uint64 graceS, uint256 max);
    /// @dev The new operator account did not sign the `OperatorRotation`.
    error PossessionNotProven(address operator);
    /// @dev The governance account neither calls nor has signed the order.
    error NotAuthorized(uint64 memberId, address governance);
    error EmergencyNotAgainYet(uint64 memberId, uint256 timestamp, uint48 againFrom);
    error TooManyAdmissions(uint64 epoch, uint256 admitted, uint256 limit);
    error WrongStatus(uint64 memberId, Status status);
    error NotActivatedYet(uint64 memberId, uint256 timestamp, uint64 activatesAt);
    /// @dev The caller is neither the governance account nor the current operator of a member.
    error NotAMember(address caller);
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

    /// @notice Takes the standing, not the vote, away for `emergency_suspension_s`; it comes back by itself. Not again
    /// within `emergency_pause_s`, so that only a vote can suspend for longer. Holders of EMERGENCY_ROLE only.
    function emergencySuspend(uint64 memberId) external;

    /// @notice Takes standing and vote away for ever; history stays. Governor only.
    function expel(uint64 memberId) external;

    /// @notice A member leaves for ever, from any status that is not final.
    /// @param authorization signature of the `Departure` by the governance account, by its key or by ERC-1271; not
    /// looked at when that account calls
    function leave(uint64 memberId, bytes calldata authorization) external;

    /// @notice Moves a member, with its vote, to another governance account. Governor only.
    function replaceGovernance(uint64 memberId, address governance) external;

    /// @notice Changes the operator account, also while suspended.
    /// @param graceS for how many seconds the replaced operator still acts in the ledgers and signs messages
    /// @param possession signature of the `OperatorRotation` by the new account
    /// @param authorization signature of the same by the governance account, by its key or by ERC-1271; not looked at
    /// when that account calls
    function rotateOperator(
        uint64 memberId,
        address operator,
        uint64 graceS,
        bytes calldata possession,
        bytes calldata authorization
    ) external;

    /// @notice Changes the key that messages to the member are sealed with. Governance account or operator.
    /// @param suite 1 = X25519 (32 bytes), 2 = MLKEM768-X25519 (1216 bytes); others are refused
    function rotateSealing(uint16 suite, bytes calldata key, uint64 graceS) external;

    /// @notice Changes the OPRF key; each key is used by one member once. Governance account or operator.
    /// @param possession Z || c || s, checked by every member off the chain; here only for its length
    function rotateOprf(bytes32 key, bytes calldata possession, uint64 graceS) external;

    /// @notice Changes the endpoint and its TLS certificate. Governance account or operator.
    /// @param graceS for how many seconds others still take the certificate before
    function setEndpoint(string calldata endpoint, bytes calldata certificate, uint64 graceS) external;

    /// @notice Changes the hash of the member's profile. Governance account or operator.
    function setProfile(bytes32 profileHash) external;

    /// @notice Member whose governance account or current operator `account` is; 0 when there is none.
    function memberOf(address account) external view returns (uint64 memberId);

    /// @notice Member that `operator` acts for, as its current operator or one within its grace, and the member's
    /// status; (0, None) when there is none.
    function memberByOperator(address operator) external view returns (uint64 memberId, Status status);

    /// @notice The same member if it is in standing now; otherwise 0.
    function memberInStanding(address operator) external view returns (uint64 memberId);

    /// @notice Current operator; the zero address for an unknown member.
    function operatorOf(uint64 memberId) external view returns (address operator);

    /// @notice Operator of a version, from 1; the zero address when there is no such version.
    function operatorAt(uint64 memberId, uint32 version) external view returns (address operator);

    /// @notice Operator of a version and when it ended; what it signed is judged by this.
    function operatorTerm(uint64 memberId, uint32 version) external view returns (address operator, Term memory term);

    /// @notice Sealing key of a version, from 1; (0, "") when there is no such version.
    function sealingKeyAt(uint64 memberId, uint32 version) external view returns (uint16 suite, bytes memory key);

    /// @notice When a version of the sealing key ended.
    function sealingTerm(uint64 memberId, uint32 version) external view returns (Term memory term);

    /// @notice OPRF key of a version, from 1; zero when there is no such version.
    function oprfKeyAt(uint64 memberId, uint32 version) external view returns (bytes32 key);

    /// @notice OPRF key of a version and when it ended.
    function oprfTerm(uint64 memberId, uint32 version) external view returns (bytes32 key, Term memory term);

    /// @notice Whether a version of the OPRF key is the current one or within its grace.
    function oprfKeyCounts(uint64 memberId, uint32 version) external view returns (bool);

    /// @notice Current governance account; the zero address for an unknown member.
    function governanceOf(uint64 memberId) external view returns (address governance);

    function statusOf(uint64 memberId) external view returns (Status status);

    /// @notice Unix second in which a member left or was expelled; 0 while it belongs to the consortium.
    function exitedAt(uint64 memberId) external view returns (uint64);

    /// @notice Until when the last emergency suspension lasts or lasted, and when another becomes possible; zeros when
    /// there was none. A vote to suspend overrides it.
    function emergencyOf(uint64 memberId) external view returns (uint48 until, uint48 againFrom);

    /// @notice Whether a member may ask and be asked now: `Admitted` or `Active`, and not suspended in an emergency.
    function inStanding(uint64 memberId) external view returns (bool);

    /// @notice Everything that is current about a member; all zeros for an unknown one.
    function identity(uint64 memberId) external view returns (Identity memory);

    /// @notice Members ever taken in; their numbers are 1 to this.
    function memberCount() external view returns (uint64);

    /// @notice Members admitted or active, those suspended in an emergency included.
    function standingCount() external view returns (uint64);

    /// @notice Members with a vote.
    function activeCount() external view returns (uint256);

    function foundingClosed() external view returns (bool);
}
