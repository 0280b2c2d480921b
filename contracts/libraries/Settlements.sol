// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {Voucher} from "../types/Messages.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The arithmetic of balances: grants add credits, settlements only move them.
library Settlements {
    struct Book {
        uint256 totalGranted;
        mapping(uint64 memberId => int256 balance) balances;
        mapping(uint64 memberId => bool claimed) granted;
        mapping(uint64 requester => mapping(uint64 holder => ICreditLedger.Settlement settlement)) settlements;
    }

    function grant(Book storage self, uint64 memberId, uint256 amount) internal {
        if (self.granted[memberId]) revert ICreditLedger.GrantAlreadyClaimed(memberId);
        self.granted[memberId] = true;
        self.totalGranted += amount;
        self.balances[memberId] += SafeCast.toInt256(amount);
    }

    /// @dev Pays what a voucher owes beyond what its pair has paid, down to `floor` (at most 0). The signature is the
    /// caller's matter.
    function settle(Book storage self, Voucher calldata voucher, int256 floor) internal returns (uint256 paid) {
        (uint64 requester, uint64 holder) = (voucher.requester, voucher.holder);
        if (requester == holder) revert ICreditLedger.VoucherToOneself(holder);
        if (voucher.amount > type(uint96).max) {
            revert ICreditLedger.AmountTooLarge(voucher.amount, type(uint96).max);
        }
        ICreditLedger.Settlement memory before = self.settlements[requester][holder];
        if (!_adds(voucher, before)) {
            revert ICreditLedger.VoucherNotGreater(requester, holder, voucher.queries, voucher.hits, voucher.amount);
        }
        int256 balance = self.balances[requester];
        paid = coverable(balance, floor, voucher.amount - before.paid);
        self.settlements[requester][holder] = ICreditLedger.Settlement({
            paid: SafeCast.toUint96(before.paid + paid), queries: voucher.queries, hits: voucher.hits
        });
        self.balances[requester] = balance - SafeCast.toInt256(paid);
        self.balances[holder] += SafeCast.toInt256(paid);
    }

    /// @dev How much of `owed` a balance covers without falling below `floor`; nothing when it is below already.
    function coverable(int256 balance, int256 floor, uint256 owed) internal pure returns (uint256) {
        if (balance <= floor) return 0;
        uint256 room = SafeCast.toUint256(balance - floor);
        return owed < room ? owed : room;
    }

    function _adds(Voucher calldata voucher, ICreditLedger.Settlement memory before) private pure returns (bool) {
        bool smaller = voucher.queries < before.queries || voucher.hits < before.hits || voucher.amount < before.paid;
        bool greater = voucher.queries > before.queries || voucher.hits > before.hits || voucher.amount > before.paid;
        return greater && !smaller;
    }
}
