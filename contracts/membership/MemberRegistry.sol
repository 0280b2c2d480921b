// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {KeyHistory} from "../libraries/KeyHistory.sol";
import {MemberRoll} from "../libraries/MemberRoll.sol";
import {MessageHashes} from "../libraries/MessageHashes.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Application, Identity, Status, Term} from "../types/Members.sol";
import {Departure, OperatorRotation} from "../types/Messages.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Votes} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Votes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Members, their keys and standing, and one soulbound vote for each active member.
contract MemberRegistry is ERC721Votes, AccessControl, IMemberRegistry {
    using KeyHistory for KeyHistory.Keys;
    using MemberRoll for MemberRoll.Roll;
    using MessageHashes for Departure;
    using MessageHashes for OperatorRotation;

    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");
    bytes32 public constant FOUNDER_ROLE = keccak256("FOUNDER_ROLE");
    bytes32 public constant EMERGENCY_ROLE = keccak256("EMERGENCY_ROLE");
    uint256 public constant MAX_EMERGENCY_S = 72 hours;
    uint256 public constant MIN_EMERGENCY_PAUSE_S = 30 days;

    IProtocolParameters private immutable _PARAMETERS;
    bool private _foundingClosed;
    MemberRoll.Roll private _roll;
    mapping(uint64 epoch => uint256 count) private _admissions;

    /// @param parameters read for the activation delay and the admissions of an epoch
    /// @param admin takes in the founders, may grant and revoke roles; hands over to the timelock and renounces
    constructor(IProtocolParameters parameters, address admin)
        ERC721("Riskmesh Member", "RISKMESH")
        EIP712("Riskmesh", "1")
    {
        _PARAMETERS = parameters;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(FOUNDER_ROLE, admin);
    }

    /// @inheritdoc IMemberRegistry
    function found(Application calldata application) external onlyRole(FOUNDER_ROLE) returns (uint64 memberId) {
        if (_foundingClosed) revert FoundingIsClosed();
        memberId = _enter(application, SafeCast.toUint64(block.timestamp));
        _activate(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function closeFounding() external onlyRole(FOUNDER_ROLE) {
        if (_foundingClosed) revert FoundingIsClosed();
        _foundingClosed = true;
        _revokeRole(FOUNDER_ROLE, _msgSender());
        emit FoundingClosed(_roll.count);
    }

    /// @inheritdoc IMemberRegistry
    function admit(Application calldata application) external onlyRole(GOVERNOR_ROLE) returns (uint64 memberId) {
        uint64 epoch = _PARAMETERS.currentEpoch();
        uint256 limit = _PARAMETERS.get(ParameterKeys.MAX_ADMISSIONS_PER_EPOCH);
        uint256 admitted = _admissions[epoch];
        if (admitted >= limit) revert TooManyAdmissions(epoch, admitted, limit);
        _admissions[epoch] = admitted + 1;
        uint256 delay = _PARAMETERS.get(ParameterKeys.ACTIVATION_DELAY_S);
        return _enter(application, SafeCast.toUint64(block.timestamp + delay));
    }

    /// @inheritdoc IMemberRegistry
    function activate(uint64 memberId) external {
        _activate(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function suspend(uint64 memberId) external onlyRole(GOVERNOR_ROLE) {
        if (_roll.suspend(memberId)) _burn(memberId);
        emit MemberSuspended(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function reinstate(uint64 memberId) external onlyRole(GOVERNOR_ROLE) {
        if (_roll.reinstate(memberId)) _mint(governanceOf(memberId), memberId);
        emit MemberReinstated(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function emergencySuspend(uint64 memberId) external onlyRole(EMERGENCY_ROLE) {
        // Whatever the parameters say: never longer, never sooner again than the rules of the protocol.
        uint256 lastsS = Math.min(_PARAMETERS.get(ParameterKeys.EMERGENCY_SUSPENSION_S), MAX_EMERGENCY_S);
        uint256 pauseS = Math.max(_PARAMETERS.get(ParameterKeys.EMERGENCY_PAUSE_S), MIN_EMERGENCY_PAUSE_S);
        (uint48 until, uint48 againFrom) = _roll.suspendInEmergency(memberId, lastsS, pauseS);
        emit MemberSuspendedInEmergency(memberId, until, againFrom);
    }

    /// @inheritdoc IMemberRegistry
    function expel(uint64 memberId) external onlyRole(GOVERNOR_ROLE) {
        if (_roll.end(memberId, Status.Expelled)) _burn(memberId);
        emit MemberExpelled(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function leave(uint64 memberId, bytes calldata authorization) external {
        _requireAuthorized(memberId, Departure({memberId: memberId}).hash(), authorization);
        if (_roll.end(memberId, Status.Left)) _burn(memberId);
        emit MemberLeft(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function replaceGovernance(uint64 memberId, address governance) external onlyRole(GOVERNOR_ROLE) {
        _roll.requireCurrent(memberId);
        bool votes = statusOf(memberId) == Status.Active;
        if (votes) _burn(memberId);
        _roll.setGovernance(memberId, governance);
        if (votes) _mint(governance, memberId);
        emit GovernanceReplaced(memberId, governance);
    }

    /// @inheritdoc IMemberRegistry
    function rotateOperator(
        uint64 memberId,
        address operator,
        uint64 graceS,
        bytes calldata possession,
        bytes calldata authorization
    ) external {
        uint32 next = _roll.entries[memberId].operatorVersion + 1;
        bytes32 order = OperatorRotation({memberId: memberId, version: next, operator: operator, graceS: graceS}).hash();
        _requireAuthorized(memberId, order, authorization);
        _roll.requireCurrent(memberId);
        _requireGrace(graceS);
        // The key must sign as it will sign messages, so no contract can be an operator.
        // One that is none recovers account 0, which can not become an operator.
        // slither-disable-next-line unused-return
        (address signer,,) = ECDSA.tryRecover(_hashTypedDataV4(order), possession);
        if (signer != operator) revert PossessionNotProven(operator);
        (uint32 version, uint48 previousUntil) = _roll.addOperator(memberId, operator, graceS);
        emit OperatorRotated(memberId, version, operator, previousUntil);
    }

    /// @inheritdoc IMemberRegistry
    function rotateSealing(uint16 suite, bytes calldata key, uint64 graceS) external {
        uint64 memberId = _currentMember(_msgSender());
        _requireGrace(graceS);
        (uint32 version, uint48 previousUntil) = _roll.entries[memberId].keys.addSealingKey(suite, key, graceS);
        emit SealingKeyRotated(memberId, version, suite, key, previousUntil);
    }

    /// @inheritdoc IMemberRegistry
    function rotateOprf(bytes32 key, bytes calldata possession, uint64 graceS) external {
        uint64 memberId = _currentMember(_msgSender());
        _requireGrace(graceS);
        (uint32 version, uint48 previousUntil) = _roll.addOprfKey(memberId, key, possession, graceS);
        emit OprfKeyRotated(memberId, version, key, possession, previousUntil);
    }

    /// @inheritdoc IMemberRegistry
    function setEndpoint(string calldata endpoint, bytes calldata certificate, uint64 graceS) external {
        uint64 memberId = _currentMember(_msgSender());
        _requireGrace(graceS);
        bytes32 fingerprint = _roll.putEndpoint(memberId, endpoint, certificate);
        emit EndpointSet(memberId, endpoint, fingerprint, certificate, SafeCast.toUint48(block.timestamp + graceS));
    }

    /// @inheritdoc IMemberRegistry
    function setProfile(bytes32 profileHash) external {
        uint64 memberId = _currentMember(_msgSender());
        _roll.setProfile(memberId, profileHash);
        emit ProfileSet(memberId, profileHash);
    }

    /// @inheritdoc IMemberRegistry
    function memberOf(address account) external view returns (uint64 memberId) {
        return _roll.memberOf(account);
    }

    /// @inheritdoc IMemberRegistry
    function memberByOperator(address operator) external view returns (uint64 memberId, Status status) {
        memberId = _roll.operatedBy(operator);
        status = _roll.entries[memberId].status;
    }

    /// @inheritdoc IMemberRegistry
    function memberInStanding(address operator) external view returns (uint64 memberId) {
        memberId = _roll.operatedBy(operator);
        return _roll.inStanding(memberId) ? memberId : 0;
    }

    /// @inheritdoc IMemberRegistry
    function operatorOf(uint64 memberId) external view returns (address operator) {
        return _roll.entries[memberId].operator;
    }

    /// @inheritdoc IMemberRegistry
    function operatorAt(uint64 memberId, uint32 version) external view returns (address operator) {
        return _roll.entries[memberId].keys.operators[version].account;
    }

    /// @inheritdoc IMemberRegistry
    function operatorTerm(uint64 memberId, uint32 version) external view returns (address operator, Term memory term) {
        return _roll.entries[memberId].keys.operatorTerm(version);
    }

    /// @inheritdoc IMemberRegistry
    function sealingKeyAt(uint64 memberId, uint32 version) external view returns (uint16 suite, bytes memory key) {
        KeyHistory.SealingKey storage sealing = _roll.entries[memberId].keys.sealingKeys[version];
        return (sealing.suite, sealing.key);
    }

    /// @inheritdoc IMemberRegistry
    function sealingTerm(uint64 memberId, uint32 version) external view returns (Term memory term) {
        return _roll.entries[memberId].keys.sealingTerm(version);
    }

    /// @inheritdoc IMemberRegistry
    function oprfKeyAt(uint64 memberId, uint32 version) external view returns (bytes32 key) {
        return _roll.entries[memberId].keys.oprfKeys[version].key;
    }

    /// @inheritdoc IMemberRegistry
    function oprfTerm(uint64 memberId, uint32 version) external view returns (bytes32 key, Term memory term) {
        return _roll.entries[memberId].keys.oprfTerm(version);
    }

    /// @inheritdoc IMemberRegistry
    function oprfKeyCounts(uint64 memberId, uint32 version) external view returns (bool) {
        return _roll.entries[memberId].keys.oprfKeyCounts(version);
    }

    /// @inheritdoc IMemberRegistry
    function exitedAt(uint64 memberId) external view returns (uint64) {
        return _roll.entries[memberId].exitedAt;
    }

    /// @inheritdoc IMemberRegistry
    function emergencyOf(uint64 memberId) external view returns (uint48 until, uint48 againFrom) {
        MemberRoll.Entry storage entry = _roll.entries[memberId];
        return (entry.emergencyUntil, entry.emergencyAgainFrom);
    }

    /// @inheritdoc IMemberRegistry
    function inStanding(uint64 memberId) external view returns (bool) {
        return _roll.inStanding(memberId);
    }

    /// @inheritdoc IMemberRegistry
    function identity(uint64 memberId) external view returns (Identity memory) {
        MemberRoll.Entry storage entry = _roll.entries[memberId];
        KeyHistory.Keys storage keys = entry.keys;
        KeyHistory.SealingKey storage sealing = keys.sealingKeys[keys.sealingVersion];
        return Identity({
            status: entry.status,
            governance: entry.governance,
            operator: entry.operator,
            operatorVersion: entry.operatorVersion,
            sealingSuite: sealing.suite,
            sealingKey: sealing.key,
            sealingVersion: keys.sealingVersion,
            oprfKey: keys.oprfKeys[keys.oprfVersion].key,
            oprfVersion: keys.oprfVersion,
            endpoint: entry.endpoint,
            tlsFingerprint: entry.tlsFingerprint,
            profileHash: entry.profileHash,
            activatesAt: entry.activatesAt
        });
    }

    /// @inheritdoc IMemberRegistry
    function memberCount() external view returns (uint64) {
        return _roll.count;
    }

    /// @inheritdoc IMemberRegistry
    function standingCount() external view returns (uint64) {
        return _roll.standing;
    }

    /// @inheritdoc IMemberRegistry
    function activeCount() external view returns (uint256) {
        return _getTotalSupply();
    }

    /// @inheritdoc IMemberRegistry
    function foundingClosed() external view returns (bool) {
        return _foundingClosed;
    }

    /// @inheritdoc IMemberRegistry
    function governanceOf(uint64 memberId) public view returns (address governance) {
        return _roll.entries[memberId].governance;
    }

    /// @inheritdoc IMemberRegistry
    function statusOf(uint64 memberId) public view returns (Status status) {
        return _roll.entries[memberId].status;
    }

    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, AccessControl) returns (bool) {
        return interfaceId == type(IMemberRegistry).interfaceId || super.supportsInterface(interfaceId);
    }

    // ERC-6372 gives the name.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function delegate(address) public pure override {
        revert DelegationDisabled();
    }

    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) public pure override {
        revert DelegationDisabled();
    }

    function approve(address, uint256) public pure override {
        revert Soulbound();
    }

    function setApprovalForAll(address, bool) public pure override {
        revert Soulbound();
    }

    /// @dev Every path from outside names an authority; minting and burning here do not. A fresh owner delegates to
    /// itself before its first token arrives, so that the token counts as a vote.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address) {
        if (auth != address(0)) revert Soulbound();
        if (to != address(0) && delegates(to) == address(0)) _delegate(to, to);
        return super._update(to, tokenId, auth);
    }

    function _enter(Application calldata application, uint64 activatesAt) private returns (uint64 memberId) {
        memberId = _roll.enter(application, activatesAt);
        emit MemberAdmitted(memberId, application.governance, application.operator, activatesAt);
        emit OperatorRotated(memberId, 1, application.operator, 0);
        emit SealingKeyRotated(memberId, 1, application.sealingSuite, application.sealingKey, 0);
        emit OprfKeyRotated(memberId, 1, application.oprfKey, application.oprfPossession, 0);
        emit EndpointSet(
            memberId, application.endpoint, _roll.entries[memberId].tlsFingerprint, application.certificate, 0
        );
        emit ProfileSet(memberId, application.profileHash);
    }

    function _activate(uint64 memberId) private {
        _roll.activate(memberId);
        _mint(governanceOf(memberId), memberId);
        emit MemberActivated(memberId);
    }

    /// @dev Passes when the governance account itself calls, or has signed what the hash stands for.
    function _requireAuthorized(uint64 memberId, bytes32 structHash, bytes calldata authorization) private view {
        address governance = governanceOf(memberId);
        if (_msgSender() == governance) return;
        if (!SignatureChecker.isValidSignatureNow(governance, _hashTypedDataV4(structHash), authorization)) {
            revert NotAuthorized(memberId, governance);
        }
    }

    function _requireGrace(uint64 graceS) private view {
        uint256 max = _PARAMETERS.get(ParameterKeys.KEY_GRACE_S);
        if (graceS > max) revert GraceTooLong(graceS, max);
    }

    /// @dev The member that `caller` speaks for, unless it left or was expelled.
    function _currentMember(address caller) private view returns (uint64 memberId) {
        memberId = _roll.memberOf(caller);
        if (memberId == 0) revert NotAMember(caller);
        _roll.requireCurrent(memberId);
    }
}
