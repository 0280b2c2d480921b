// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {MessageHashes} from "../libraries/MessageHashes.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Settlements} from "../libraries/Settlements.sol";
import {Voucher} from "../types/Messages.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Balances, grants and redeemed vouchers.
contract CreditLedger is EIP712, ICreditLedger {
    using MessageHashes for Voucher;
    using Settlements for Settlements.Book;

    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    Settlements.Book private _book;

    constructor(IMemberRegistry registry, IProtocolParameters parameters) EIP712("Riskmesh Credits", "1") {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
    }

    /// @inheritdoc ICreditLedger
    function claimGrant(uint64 memberId) external {
        if (!_REGISTRY.inStanding(memberId)) revert NotInStanding(memberId);
        uint256 amount = _PARAMETERS.get(ParameterKeys.ADMISSION_GRANT);
        _book.grant(memberId, amount);
        emit Granted(memberId, amount);
    }

    /// @inheritdoc ICreditLedger
    function redeem(Voucher[] calldata vouchers, bytes[] calldata signatures) external {
        if (vouchers.length != signatures.length) revert LengthMismatch(vouchers.length, signatures.length);
        (uint64 caller,) = _REGISTRY.memberByOperator(msg.sender);
        int256 floor = -SafeCast.toInt256(_PARAMETERS.get(ParameterKeys.CREDIT_FLOOR));
        for (uint256 i = 0; i < vouchers.length; ++i) {
            Voucher calldata voucher = vouchers[i];
            if (caller == 0 || voucher.holder != caller) revert NotOperatorOfHolder(voucher.holder, msg.sender);
            _requireSigned(voucher, signatures[i]);
            uint256 paid = _book.settle(voucher, floor);
            emit Redeemed(voucher.requester, voucher.holder, voucher.queries, voucher.hits, voucher.amount, paid);
        }
    }

    /// @inheritdoc ICreditLedger
    function balanceOf(uint64 memberId) external view returns (int256 balance) {
        return _book.balances[memberId];
    }

    /// @inheritdoc ICreditLedger
    function redeemedOf(uint64 requester, uint64 holder) external view returns (Settlement memory) {
        return _book.settlements[requester][holder];
    }

    /// @inheritdoc ICreditLedger
    function grantClaimed(uint64 memberId) external view returns (bool) {
        return _book.granted[memberId];
    }

    /// @inheritdoc ICreditLedger
    function totalGranted() external view returns (uint256) {
        return _book.totalGranted;
    }

    function _requireSigned(Voucher calldata voucher, bytes calldata signature) private view {
        address signer = _REGISTRY.operatorAt(voucher.requester, voucher.keyVersion);
        if (signer == address(0)) revert UnknownKeyVersion(voucher.requester, voucher.keyVersion);
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(_hashTypedDataV4(voucher.hash()), signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) {
            revert WrongSignature(voucher.requester, voucher.holder);
        }
    }
}
