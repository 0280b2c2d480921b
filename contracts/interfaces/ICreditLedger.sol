// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Voucher} from "../types/Messages.sol";
import {IQualityLedger} from "./IQualityLedger.sol";

/// @title Who owes what: balances in credits, grants, allowances, vouchers redeemed, escrow of disputes, penalties.
/// @notice Credits come from grants and allowances, move by vouchers, wait in escrow, and end by expiry and penalty:
///
///     sum of balances + escrow = grants + allowances - expiries - penalties
///
/// **Allowance.** Once an epoch a member in standing is credited `entitlement * allowance_rate / 1000`, rounded down, where
/// the entitlement is that of the epoch. Of an allowance a part is unspent: at first all of it, less what filled a negative
/// balance. Everything that leaves the balance (payments, escrow, penalties) is taken from the unspent part first; income
/// and refunds do not add to it. It lasts until the member's next claim, which anyone may make: then what is unspent
/// expires before the new allowance is credited. The unspent part is never more than a positive balance, so an expiry
/// makes no debt.
///
/// **Floor.** Payments and escrow take a balance down to minus `credit_floor` and no further; penalties may take it below.
///
/// **Vouchers** are signed under the EIP-712 domain ("Riskmesh Credits", "1") of this contract by the requester's operator.
/// Under a key that was replaced, of a requester that left or was expelled, or by a holder that left or was expelled, they
/// can be redeemed for one more epoch's length, counted from the end of the key's grace or from the exit. A voucher's totals must agree with the prices of the versions up to the one
/// it names: `hits * least hit price <= amount`, `queries * least query fee <= amount`, and
/// `amount <= queries * greatest query fee + hits * greatest hit price`, where the least and greatest hit prices are those at
/// scores of 0 and 10000. Each of the three is compared by itself because an honest list that was corrected downwards
/// signs the greatest of each total.
///
/// **Rebates.** Who rates hits that it has paid for earns back, from their holder, for each rating `rating_rebate_percent` of
/// the least price that a hit ever had, rounded down over the ratings given at once, as far as the holder's balance reaches
/// down to the floor. That is never more than this share of what the pair's hits have cost, and it moves credits and makes
/// none, so that two members that rate each other for it gain nothing together.
///
/// **Escrow.** A disputed sum waits here until it is released to one of its two sides, or given back undecided, once. The
/// payer's vouchers for the payee count it too, so it is set off against them: while it waits, nobody is paid it by voucher;
/// released to the payee, it counts as paid; released to the payer, it stays set off, as nobody is owed it any more, and
/// what was redeemed of it before lessens what the next vouchers pay. Given back, it is owed by voucher as before.
interface ICreditLedger {
    enum EscrowState {
        None,
        Held,
        Released,
        GivenBack
    }

    /// @dev What a holder has redeemed from a requester, in one slot: totals of its greatest voucher and what was paid, by
    /// vouchers and from escrow. `disputed`: something was ever in escrow between them, so that `setOffOf` is worth asking.
    struct Settlement {
        uint80 paid;
        uint64 amount;
        uint48 queries;
        uint48 hits;
        bool disputed;
    }

    /// @dev One slot and a half; all but `Held` are final.
    struct Escrow {
        EscrowState state;
        uint64 payer;
        uint64 payee;
        uint96 amount;
    }

    /// @dev Sums since the deployment; `escrowed` is what waits now.
    struct Totals {
        uint256 granted;
        uint256 allowances;
        uint256 expired;
        uint256 penalties;
        uint256 escrowed;
    }

    event Granted(uint64 indexed memberId, uint256 amount);
    /// @dev `expired` is the unspent part of the allowance before, which ended with this claim.
    event AllowanceClaimed(uint64 indexed memberId, uint64 indexed epoch, uint256 amount, uint256 expired);
    /// @dev `amount` is the voucher's running total, `paid` what moved now.
    event Redeemed(
        uint64 indexed requester, uint64 indexed holder, uint64 queries, uint64 hits, uint256 amount, uint256 paid
    );
    event Escrowed(bytes32 indexed disputeId, uint64 indexed payer, uint64 indexed payee, uint256 amount);
    event Released(bytes32 indexed disputeId, uint64 indexed winner, uint256 amount);
    /// @dev To the payer, and owed by voucher as before.
    event GivenBack(bytes32 indexed disputeId, uint256 amount);
    /// @dev From the holder to the requester that rated its hits.
    event Rebated(uint64 indexed requester, uint64 indexed holder, uint256 amount);
    event Penalized(uint64 indexed memberId, uint256 amount, bytes32 indexed ref);
    event QualityLedgerSet(IQualityLedger quality);

    error NotInStanding(uint64 memberId);
    error GrantAlreadyClaimed(uint64 memberId);
    error AllowanceAlreadyClaimed(uint64 memberId, uint64 epoch);
    error QualityLedgerNotSet();
    error LengthMismatch(uint256 vouchers, uint256 signatures);
    /// @dev The caller is not the operator of the voucher's holder.
    error NotOperatorOfHolder(uint64 holder, address caller);
    error VoucherToOneself(uint64 memberId);
    error AmountTooLarge(uint256 amount, uint256 max);
    error CountTooLarge(uint64 queries, uint64 hits, uint256 max);
    error UnknownKeyVersion(uint64 memberId, uint32 version);
    error WrongSignature(uint64 requester, uint64 holder);
    /// @dev The key of the voucher, the membership of its requester, or that of its holder ended too long ago.
    error VoucherExpired(uint64 requester, uint64 holder, uint256 until, uint256 timestamp);
    /// @dev The voucher is smaller than what was redeemed in some respect, or adds nothing to it.
    error VoucherNotGreater(uint64 requester, uint64 holder, uint64 queries, uint64 hits, uint256 amount);
    /// @dev `version` is of a later epoch, or unknown.
    error PriceVersionNotInForce(uint32 version, uint32 current);
    error AmountOutOfPriceBounds(uint64 requester, uint64 holder, uint256 amount, uint256 least, uint256 most);
    error EscrowInState(bytes32 disputeId, EscrowState state);
    error NotPartyOfDispute(bytes32 disputeId, uint64 memberId);
    error UnknownMember(uint64 memberId);

    /// @notice Credits a member in standing with its grant, once for ever. Anyone may call it.
    function claimGrant(uint64 memberId) external;

    /// @notice Credits a member in standing with the allowance of the current epoch, once; what is unspent of the one
    /// before expires. Anyone may call it.
    function claimAllowance(uint64 memberId) external;

    /// @notice Moves what vouchers owe beyond what was paid before and is set off, as far as the requesters' balances reach down to the
    /// floor; what is left stays redeemable with the same voucher. Operator of the holder only, whatever its status. All
    /// or none.
    /// @param signatures one for each voucher, 65 bytes r || s || v
    function redeem(Voucher[] calldata vouchers, bytes[] calldata signatures) external;

    /// @notice Takes a disputed sum out of the payer's balance, as far as it reaches down to the floor, until `release`.
    /// Accountant only.
    /// @param payer gets it back if it wins
    /// @param payee gets it if it wins
    /// @return held what waits now, at most `amount`
    function escrow(bytes32 disputeId, uint64 payer, uint64 payee, uint256 amount) external returns (uint256 held);

    /// @notice Credits the winner of a dispute, one of its two sides, with what waited for it. Accountant only.
    function release(bytes32 disputeId, uint64 winner) external;

    /// @notice Gives back to the payer what waited in a dispute that nobody decided. Accountant only.
    function giveBack(bytes32 disputeId) external;

    /// @notice Takes a penalty from a member's balance, below the floor if it must be; nobody gets it. Accountant only.
    /// @param ref what it is for, e.g. a report or an audit
    function penalize(uint64 memberId, uint256 amount, bytes32 ref) external;

    /// @notice Moves from a holder to a requester what its ratings earn back. Rebate role only: the ledger that has checked
    /// that so many hits were paid for and not rated before.
    function rebate(uint64 requester, uint64 holder, uint256 ratings) external;

    /// @notice Names the ledger that entitlements are asked of. Admin only: the timelock, once the deployer has handed over.
    function setQualityLedger(IQualityLedger quality) external;

    /// @notice Balance in credits; may be negative.
    function balanceOf(uint64 memberId) external view returns (int256 balance);

    /// @notice Unspent part of the member's newest allowance, and the epoch it was claimed in (both 0 before the first).
    function allowanceOf(uint64 memberId) external view returns (uint256 unspent, uint64 epoch);

    /// @notice What a claim would credit a member with now.
    function allowanceDue(uint64 memberId) external view returns (uint256 amount);

    /// @notice What a pair has redeemed.
    function redeemedOf(uint64 requester, uint64 holder) external view returns (Settlement memory);

    /// @notice What a pair's vouchers count and no voucher pays: it waits in escrow, or a dispute was decided for the payer.
    function setOffOf(uint64 requester, uint64 holder) external view returns (uint256 amount);

    /// @notice Hits of a pair that have been paid for: those of the greatest voucher in the proportion paid of its amount,
    /// rounded down. As many may be rated.
    function paidHitsOf(uint64 requester, uint64 holder) external view returns (uint64 hits);

    /// @notice Whether a member has had its grant.
    function grantClaimed(uint64 memberId) external view returns (bool);

    function escrowOf(bytes32 disputeId) external view returns (Escrow memory);

    /// @notice Sums since the deployment.
    function totals() external view returns (Totals memory);

    /// @notice What all balances must add up to: grants and allowances less expiries, penalties and escrow.
    function outstanding() external view returns (int256 credits);
}
