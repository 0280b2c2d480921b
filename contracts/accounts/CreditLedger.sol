// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQualityLedger} from "../interfaces/IQualityLedger.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {MessageHashes} from "../libraries/MessageHashes.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {FeeBounds} from "../libraries/PriceHistory.sol";
import {Scores} from "../libraries/Scores.sol";
import {Settlements} from "../libraries/Settlements.sol";
import {Term} from "../types/Members.sol";
import {Voucher} from "../types/Messages.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Balances, grants, allowances, redeemed vouchers, escrow and penalties.
contract CreditLedger is AccessControl, EIP712, ICreditLedger {
    using Accounts for Accounts.Book;
    using MessageHashes for Voucher;
    using Settlements for ICreditLedger.Settlement;

    /// @dev What all vouchers of a redemption are judged by.
    struct Terms {
        int256 floor;
        uint256 grace;
        uint256 holderExit;
    }

    bytes32 public constant ACCOUNTANT_ROLE = keccak256("ACCOUNTANT_ROLE");
    bytes32 public constant REBATE_ROLE = keccak256("REBATE_ROLE");
    uint256 private constant _RATE_SCALE = 1000;
    uint256 private constant _PERCENT = 100;

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    IQualityLedger private _quality;
    // A successor that carries balances over fills these.
    Accounts.Book internal _book;
    mapping(uint64 requester => mapping(uint64 holder => Settlement settlement)) internal _settlements;
    mapping(uint64 requester => mapping(uint64 holder => uint256 amount)) internal _setOffs;

    /// @param admin may grant and revoke roles and names the quality ledger; hands over to the timelock and renounces
    constructor(IMemberRegistry registry, IProtocolParameters parameters, address admin)
        EIP712("Riskmesh Credits", "1")
    {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ICreditLedger
    function claimGrant(uint64 memberId) external {
        _requireInStanding(memberId);
        uint256 amount = _PARAMETERS.get(ParameterKeys.ADMISSION_GRANT);
        _book.grant(memberId, amount);
        emit Granted(memberId, amount);
    }

    /// @inheritdoc ICreditLedger
    function claimAllowance(uint64 memberId) external {
        _requireInStanding(memberId);
        uint64 epoch = _PARAMETERS.currentEpoch();
        uint256 amount = allowanceDue(memberId);
        uint256 expired = _book.allow(memberId, epoch, amount);
        emit AllowanceClaimed(memberId, epoch, amount, expired);
    }

    /// @inheritdoc ICreditLedger
    function redeem(Voucher[] calldata vouchers, bytes[] calldata signatures) external {
        if (vouchers.length != signatures.length) revert LengthMismatch(vouchers.length, signatures.length);
        // Also a holder that is suspended or has ended is paid what it is owed, so its status does not matter.
        // slither-disable-next-line unused-return
        (uint64 caller,) = _REGISTRY.memberByOperator(msg.sender);
        Terms memory terms = Terms({
            floor: -SafeCast.toInt256(_PARAMETERS.get(ParameterKeys.CREDIT_FLOOR)),
            grace: _PARAMETERS.get(ParameterKeys.EPOCH_LENGTH_S),
            holderExit: _REGISTRY.exitedAt(caller)
        });
        uint32 version = 0; // consecutive vouchers of one price version ask once
        // Set for the first voucher, before it is used.
        // slither-disable-next-line uninitialized-local
        FeeBounds memory fees;
        for (uint256 i = 0; i < vouchers.length; ++i) {
            Voucher calldata voucher = vouchers[i];
            if (caller == 0 || voucher.holder != caller) revert NotOperatorOfHolder(voucher.holder, msg.sender);
            _requireTimely(voucher, _requireSigned(voucher, signatures[i]), terms);
            if (i == 0 || voucher.priceVersion != version) {
                version = voucher.priceVersion;
                fees = _feesUpTo(version);
            }
            _settle(voucher, fees, terms.floor);
        }
    }

    /// @inheritdoc ICreditLedger
    function escrow(bytes32 disputeId, uint64 payer, uint64 payee, uint256 amount)
        external
        onlyRole(ACCOUNTANT_ROLE)
        returns (uint256 held)
    {
        _requireMember(payer);
        _requireMember(payee);
        held = _book.hold(disputeId, payer, payee, amount, _floor());
        Settlement memory settlement = _settled(payer, payee);
        _setOffs[payer][payee] = _setOff(payer, payee, settlement) + held;
        settlement.disputed = true;
        _settlements[payer][payee] = settlement;
        emit Escrowed(disputeId, payer, payee, held);
    }

    /// @inheritdoc ICreditLedger
    function release(bytes32 disputeId, uint64 winner) external onlyRole(ACCOUNTANT_ROLE) {
        Escrow memory entry = _book.release(disputeId, winner);
        if (winner == entry.payee) {
            Settlement memory settlement = _noMoreSetOff(entry);
            settlement.paid = SafeCast.toUint80(uint256(settlement.paid) + entry.amount);
            _settlements[entry.payer][entry.payee] = settlement;
        }
        emit Released(disputeId, winner, entry.amount);
    }

    /// @inheritdoc ICreditLedger
    function giveBack(bytes32 disputeId) external onlyRole(ACCOUNTANT_ROLE) {
        Escrow memory entry = _book.giveBack(disputeId);
        _settlements[entry.payer][entry.payee] = _noMoreSetOff(entry);
        emit GivenBack(disputeId, entry.amount);
    }

    /// @inheritdoc ICreditLedger
    function penalize(uint64 memberId, uint256 amount, bytes32 ref) external onlyRole(ACCOUNTANT_ROLE) {
        _requireMember(memberId);
        _book.penalize(memberId, amount);
        emit Penalized(memberId, amount, ref);
    }

    /// @inheritdoc ICreditLedger
    function rebate(uint64 requester, uint64 holder, uint256 ratings) external onlyRole(REBATE_ROLE) {
        uint256 share = _PARAMETERS.get(ParameterKeys.RATING_REBATE_PERCENT);
        if (share == 0) return;
        uint32 version = SafeCast.toUint32(_PARAMETERS.get(ParameterKeys.PRICE_VERSION));
        uint256 price = Scores.hitPrice(_PARAMETERS.feeBoundsUpTo(version).leastHitFee, 0);
        uint256 earned = ratings * price * share / _PERCENT;
        emit Rebated(requester, holder, _book.pay(holder, requester, earned, _floor()));
    }

    /// @inheritdoc ICreditLedger
    function setQualityLedger(IQualityLedger quality) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _quality = quality;
        emit QualityLedgerSet(quality);
    }

    /// @inheritdoc ICreditLedger
    function balanceOf(uint64 memberId) external view returns (int256 balance) {
        return _book.accounts[memberId].balance;
    }

    /// @inheritdoc ICreditLedger
    function allowanceOf(uint64 memberId) external view returns (uint256 unspent, uint64 epoch) {
        Accounts.Account storage account = _book.accounts[memberId];
        return (account.unspent, account.claims == 0 ? 0 : account.claims - 1);
    }

    /// @inheritdoc ICreditLedger
    function redeemedOf(uint64 requester, uint64 holder) external view returns (Settlement memory) {
        return _settled(requester, holder);
    }

    /// @inheritdoc ICreditLedger
    function setOffOf(uint64 requester, uint64 holder) external view returns (uint256 amount) {
        return _setOff(requester, holder, _settled(requester, holder));
    }

    /// @inheritdoc ICreditLedger
    function paidHitsOf(uint64 requester, uint64 holder) external view returns (uint64 hits) {
        return _settled(requester, holder).paidHits();
    }

    /// @inheritdoc ICreditLedger
    function grantClaimed(uint64 memberId) external view returns (bool) {
        return _book.accounts[memberId].granted;
    }

    /// @inheritdoc ICreditLedger
    function escrowOf(bytes32 disputeId) external view returns (Escrow memory) {
        return _book.escrows[disputeId];
    }

    /// @inheritdoc ICreditLedger
    function totals() external view returns (Totals memory) {
        return _book.totals;
    }

    /// @inheritdoc ICreditLedger
    function outstanding() external view returns (int256 credits) {
        Totals storage sums = _book.totals;
        return SafeCast.toInt256(sums.granted + sums.allowances)
            - SafeCast.toInt256(sums.expired + sums.penalties + sums.escrowed);
    }

    /// @inheritdoc ICreditLedger
    function allowanceDue(uint64 memberId) public view returns (uint256 amount) {
        if (address(_quality) == address(0)) revert QualityLedgerNotSet();
        return _quality.entitlementOf(memberId) * _PARAMETERS.get(ParameterKeys.ALLOWANCE_RATE) / _RATE_SCALE;
    }

    /// @dev What a pair has redeemed; a successor also counts what it has redeemed of its predecessor.
    function _settled(uint64 requester, uint64 holder) internal view virtual returns (Settlement memory) {
        return _settlements[requester][holder];
    }

    /// @dev What is set off against a pair's vouchers; a successor also counts what its predecessor has set off.
    function _setOff(uint64 requester, uint64 holder, Settlement memory settlement)
        internal
        view
        virtual
        returns (uint256)
    {
        return settlement.disputed ? _setOffs[requester][holder] : 0;
    }

    /// @dev Ends the set-off of what waited in a dispute; returns what its pair has settled, to be kept.
    function _noMoreSetOff(Escrow memory entry) private returns (Settlement memory settlement) {
        (uint64 payer, uint64 payee) = (entry.payer, entry.payee);
        settlement = _settled(payer, payee);
        _setOffs[payer][payee] = _setOff(payer, payee, settlement) - entry.amount;
    }

    function _settle(Voucher calldata voucher, FeeBounds memory fees, int256 floor) private {
        (uint64 requester, uint64 holder) = (voucher.requester, voucher.holder);
        Settlement memory before = _settled(requester, holder);
        uint256 setOff = _setOff(requester, holder, before);
        (uint256 owed, Settlement memory next) = before.advance(voucher, setOff);
        Settlements.requireWithinPrices(voucher, fees);
        uint256 paid = _book.pay(requester, holder, owed, floor);
        next.paid += SafeCast.toUint80(paid);
        _settlements[requester][holder] = next;
        // As before, but for a pair's first movement in a successor, which copies both from its predecessor.
        if (before.disputed) _setOffs[requester][holder] = setOff;
        emit Redeemed(requester, holder, voucher.queries, voucher.hits, voucher.amount, paid);
    }

    /// @dev Returns when the key that signed stopped counting; 0 while it is the current one.
    function _requireSigned(Voucher calldata voucher, bytes calldata signature) private view returns (uint256 keyEnd) {
        // The registry is ours and calls nobody; whoever makes the list pays for its length. So below, too.
        // slither-disable-next-line calls-loop
        (address signer, Term memory term) = _REGISTRY.operatorTerm(voucher.requester, voucher.keyVersion);
        if (signer == address(0)) revert UnknownKeyVersion(voucher.requester, voucher.keyVersion);
        // What is left out only details the problem.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(_hashTypedDataV4(voucher.hash()), signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) {
            revert WrongSignature(voucher.requester, voucher.holder);
        }
        return term.validUntil > term.replacedAt ? term.validUntil : term.replacedAt;
    }

    function _requireTimely(Voucher calldata voucher, uint256 keyEnd, Terms memory terms) private view {
        // slither-disable-next-line calls-loop
        uint256 end = _earlier(_earlier(keyEnd, terms.holderExit), _REGISTRY.exitedAt(voucher.requester));
        if (end != 0 && block.timestamp > end + terms.grace) {
            revert VoucherExpired(voucher.requester, voucher.holder, end + terms.grace, block.timestamp);
        }
    }

    function _requireInStanding(uint64 memberId) private view {
        if (!_REGISTRY.inStanding(memberId)) revert NotInStanding(memberId);
    }

    function _requireMember(uint64 memberId) private view {
        if (_REGISTRY.operatorOf(memberId) == address(0)) revert UnknownMember(memberId);
    }

    /// @dev Least and greatest fees of all versions up to this one, which must be in force or past.
    function _feesUpTo(uint32 version) private view returns (FeeBounds memory) {
        // The parameters are ours and call nobody; asked once for consecutive vouchers of one version.
        // slither-disable-next-line calls-loop
        uint32 current = SafeCast.toUint32(_PARAMETERS.get(ParameterKeys.PRICE_VERSION));
        if (version == 0 || version > current) revert PriceVersionNotInForce(version, current);
        // slither-disable-next-line calls-loop
        return _PARAMETERS.feeBoundsUpTo(version);
    }

    function _floor() private view returns (int256) {
        return -SafeCast.toInt256(_PARAMETERS.get(ParameterKeys.CREDIT_FLOOR));
    }

    /// @dev The earlier of two moments, 0 being none.
    function _earlier(uint256 one, uint256 other) private pure returns (uint256) {
        if (one == 0 || (other != 0 && other < one)) return other;
        return one;
    }
}
