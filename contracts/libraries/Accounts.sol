// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The arithmetic of balances: what creates credits, what moves them, what ends them.
/// @dev `unspent <= max(0, balance)` holds for every account after every function.
library Accounts {
    struct Account {
        int96 balance;
        uint96 unspent; // of the newest allowance
        uint48 claims; // epoch of the newest allowance plus one; 0: none yet
        bool granted;
    }

    struct Book {
        ICreditLedger.Totals totals;
        mapping(uint64 memberId => Account account) accounts;
        mapping(bytes32 disputeId => ICreditLedger.Escrow escrow) escrows;
    }

    function grant(Book storage self, uint64 memberId, uint256 amount) internal {
        Account storage account = self.accounts[memberId];
        if (account.granted) revert ICreditLedger.GrantAlreadyClaimed(memberId);
        account.granted = true;
        account.balance = _plus(account.balance, amount);
        self.totals.granted += amount;
    }

    /// @dev What is unspent of the allowance before expires first.
    function allow(Book storage self, uint64 memberId, uint64 epoch, uint256 amount)
        internal
        returns (uint256 expired)
    {
        Account memory account = self.accounts[memberId];
        if (account.claims > epoch) revert ICreditLedger.AllowanceAlreadyClaimed(memberId, epoch);
        expired = account.unspent;
        account.claims = SafeCast.toUint48(uint256(epoch) + 1);
        account.balance = _plus(_minus(account.balance, expired), amount);
        account.unspent = SafeCast.toUint96(unspentOf(account.balance, amount));
        self.accounts[memberId] = account;
        self.totals.allowances += amount;
        self.totals.expired += expired;
    }

    /// @dev Moves as much of `owed` as the payer's balance covers without falling below `floor`.
    function pay(Book storage self, uint64 payer, uint64 payee, uint256 owed, int256 floor)
        internal
        returns (uint256 paid)
    {
        paid = _withdraw(self, payer, owed, floor);
        if (paid != 0) _deposit(self, payee, paid);
    }

    function hold(Book storage self, bytes32 disputeId, uint64 payer, uint64 payee, uint256 amount, int256 floor)
        internal
        returns (uint256 held)
    {
        ICreditLedger.Escrow storage entry = self.escrows[disputeId];
        if (entry.state != ICreditLedger.EscrowState.None) {
            revert ICreditLedger.EscrowInState(disputeId, entry.state);
        }
        held = _withdraw(self, payer, amount, floor);
        self.totals.escrowed += held;
        (entry.state, entry.payer, entry.payee) = (ICreditLedger.EscrowState.Held, payer, payee);
        entry.amount = SafeCast.toUint96(held);
    }

    function release(Book storage self, bytes32 disputeId, uint64 winner)
        internal
        returns (ICreditLedger.Escrow memory entry)
    {
        entry = _held(self, disputeId);
        if (winner != entry.payer && winner != entry.payee) {
            revert ICreditLedger.NotPartyOfDispute(disputeId, winner);
        }
        _end(self, disputeId, entry, winner, ICreditLedger.EscrowState.Released);
    }

    function giveBack(Book storage self, bytes32 disputeId) internal returns (ICreditLedger.Escrow memory entry) {
        entry = _held(self, disputeId);
        _end(self, disputeId, entry, entry.payer, ICreditLedger.EscrowState.GivenBack);
    }

    function penalize(Book storage self, uint64 memberId, uint256 amount) internal {
        _take(self.accounts[memberId], amount);
        self.totals.penalties += amount;
    }

    /// @dev Unspent part of a fresh allowance in a balance that it is credited to: what did not fill a debt.
    function unspentOf(int256 balance, uint256 amount) internal pure returns (uint256) {
        if (balance <= 0) return 0;
        uint256 positive = SafeCast.toUint256(balance);
        return amount < positive ? amount : positive;
    }

    /// @dev How much of `owed` a balance covers without falling below `floor`; nothing when it is below already.
    function coverable(int256 balance, int256 floor, uint256 owed) internal pure returns (uint256) {
        if (balance <= floor) return 0;
        uint256 room = SafeCast.toUint256(balance - floor);
        return owed < room ? owed : room;
    }

    function _end(
        Book storage self,
        bytes32 disputeId,
        ICreditLedger.Escrow memory entry,
        uint64 to,
        ICreditLedger.EscrowState state
    ) private {
        self.escrows[disputeId].state = state;
        self.totals.escrowed -= entry.amount;
        _deposit(self, to, entry.amount);
    }

    function _withdraw(Book storage self, uint64 memberId, uint256 owed, int256 floor) private returns (uint256 taken) {
        Account storage account = self.accounts[memberId];
        taken = coverable(account.balance, floor, owed);
        if (taken != 0) _take(account, taken);
    }

    function _take(Account storage account, uint256 amount) private {
        (int96 balance, uint96 unspent) = (account.balance, account.unspent);
        account.balance = _minus(balance, amount);
        account.unspent = amount < unspent ? unspent - SafeCast.toUint96(amount) : 0;
    }

    function _deposit(Book storage self, uint64 memberId, uint256 amount) private {
        Account storage account = self.accounts[memberId];
        account.balance = _plus(account.balance, amount);
    }

    function _held(Book storage self, bytes32 disputeId) private view returns (ICreditLedger.Escrow memory entry) {
        entry = self.escrows[disputeId];
        if (entry.state != ICreditLedger.EscrowState.Held) {
            revert ICreditLedger.EscrowInState(disputeId, entry.state);
        }
    }

    function _plus(int96 balance, uint256 amount) private pure returns (int96) {
        return SafeCast.toInt96(int256(balance) + SafeCast.toInt256(amount));
    }

    function _minus(int96 balance, uint256 amount) private pure returns (int96) {
        return SafeCast.toInt96(int256(balance) - SafeCast.toInt256(amount));
    }
}
