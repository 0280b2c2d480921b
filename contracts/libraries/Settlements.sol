// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {Voucher} from "../types/Messages.sol";
import {FeeBounds} from "./PriceHistory.sol";
import {Scores} from "./Scores.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What a voucher must satisfy beside what its pair has redeemed, and beside the prices.
library Settlements {
    uint256 internal constant MAX_AMOUNT = type(uint64).max;
    uint256 internal constant MAX_COUNT = type(uint48).max;

    /// @dev What the voucher owes beyond what was paid and is set off, and the settlement that follows but for what is paid
    /// of it now.
    function advance(ICreditLedger.Settlement memory before, Voucher calldata voucher, uint256 setOff)
        internal
        pure
        returns (uint256 owed, ICreditLedger.Settlement memory next)
    {
        (uint64 requester, uint64 holder) = (voucher.requester, voucher.holder);
        if (requester == holder) revert ICreditLedger.VoucherToOneself(holder);
        if (voucher.amount > MAX_AMOUNT) revert ICreditLedger.AmountTooLarge(voucher.amount, MAX_AMOUNT);
        if (voucher.queries > MAX_COUNT || voucher.hits > MAX_COUNT) {
            revert ICreditLedger.CountTooLarge(voucher.queries, voucher.hits, MAX_COUNT);
        }
        if (!_adds(voucher, before)) {
            revert ICreditLedger.VoucherNotGreater(requester, holder, voucher.queries, voucher.hits, voucher.amount);
        }
        uint256 met = before.paid + setOff;
        owed = voucher.amount > met ? voucher.amount - met : 0;
        next = ICreditLedger.Settlement({
            paid: before.paid,
            amount: SafeCast.toUint64(voucher.amount),
            queries: SafeCast.toUint48(voucher.queries),
            hits: SafeCast.toUint48(voucher.hits),
            disputed: before.disputed
        });
    }

    /// @dev Refuses totals that no list of charges at these prices adds up to.
    function requireWithinPrices(Voucher calldata voucher, FeeBounds memory fees) internal pure {
        (uint256 queries, uint256 hits) = (voucher.queries, voucher.hits);
        uint256 ofHits = hits * Scores.hitPrice(fees.leastHitFee, 0);
        uint256 ofQueries = queries * fees.leastQueryFee;
        uint256 least = ofHits > ofQueries ? ofHits : ofQueries;
        uint256 most = queries * fees.greatestQueryFee + hits * Scores.hitPrice(fees.greatestHitFee, Scores.FULL_BPS);
        if (voucher.amount < least || voucher.amount > most) {
            revert ICreditLedger.AmountOutOfPriceBounds(voucher.requester, voucher.holder, voucher.amount, least, most);
        }
    }

    /// @dev Hits that what was paid covers: all of them once the amount is paid.
    function paidHits(ICreditLedger.Settlement memory settlement) internal pure returns (uint64) {
        if (settlement.paid >= settlement.amount) return settlement.hits;
        return SafeCast.toUint64(uint256(settlement.hits) * settlement.paid / settlement.amount);
    }

    function _adds(Voucher calldata voucher, ICreditLedger.Settlement memory before) private pure returns (bool) {
        bool smaller = voucher.queries < before.queries || voucher.hits < before.hits || voucher.amount < before.amount;
        bool greater = voucher.queries > before.queries || voucher.hits > before.hits || voucher.amount > before.paid;
        return greater && !smaller;
    }
}
