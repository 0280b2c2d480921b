// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Voucher} from "../types/Messages.sol";

/// @title Who owes what: balances in credits, grants, and vouchers redeemed.
/// @notice Credits come from grants alone and move by vouchers alone, so balances always add up to grants. A balance may
/// go below zero, down to the governed floor. Vouchers are signed under the EIP-712 domain ("Riskmesh Credits", "1") of
/// this contract by any operator key the requester has had, and stay redeemable.
interface ICreditLedger {
    /// @dev What a holder has redeemed from a requester, in one slot.
    struct Settlement {
        uint96 paid;
        uint64 queries;
        uint64 hits;
    }

    event Granted(uint64 indexed memberId, uint256 amount);
    /// @dev `amount` is the voucher's running total, `paid` what moved now.
    event Redeemed(
        uint64 indexed requester, uint64 indexed holder, uint64 queries, uint64 hits, uint256 amount, uint256 paid
    );

    error NotInStanding(uint64 memberId);
    error GrantAlreadyClaimed(uint64 memberId);
    error LengthMismatch(uint256 vouchers, uint256 signatures);
    /// @dev The caller is not the current operator of the voucher's holder.
    error NotOperatorOfHolder(uint64 holder, address caller);
    error VoucherToOneself(uint64 memberId);
    error AmountTooLarge(uint256 amount, uint256 max);
    error UnknownKeyVersion(uint64 memberId, uint32 version);
    error WrongSignature(uint64 requester, uint64 holder);
    /// @dev The voucher is smaller than what was redeemed in some respect, or adds nothing to it.
    error VoucherNotGreater(uint64 requester, uint64 holder, uint64 queries, uint64 hits, uint256 amount);

    /// @notice Credits a member in standing with its grant, once for ever. Anyone may call it.
    function claimGrant(uint64 memberId) external;

    /// @notice Moves what vouchers owe beyond what was paid before, as far as the requesters' balances reach down to the
    /// floor; what is left stays redeemable with the same voucher. Operator of the holder only, whatever its status. All
    /// or none.
    /// @param signatures one for each voucher, 65 bytes r || s || v
    function redeem(Voucher[] calldata vouchers, bytes[] calldata signatures) external;

    /// @notice Balance in credits; may be negative.
    function balanceOf(uint64 memberId) external view returns (int256 balance);

    /// @notice What a pair has redeemed.
    function redeemedOf(uint64 requester, uint64 holder) external view returns (Settlement memory);

    /// @notice Whether a member has had its grant.
    function grantClaimed(uint64 memberId) external view returns (bool);

    /// @notice Sum of all grants, which is the sum of all balances.
    function totalGranted() external view returns (uint256);
}
