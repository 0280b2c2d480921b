// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../../contracts/interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../../contracts/interfaces/IProtocolParameters.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev What a next version of the ledger of credits adds so that it can follow one that is live.
contract SuccessorLedger is CreditLedger {
    error CarriedAlready();

    ICreditLedger private immutable _PREDECESSOR;
    IMemberRegistry private immutable _MEMBERS;
    bool private _carried;

    constructor(IMemberRegistry registry, IProtocolParameters parameters, ICreditLedger predecessor, address admin)
        CreditLedger(registry, parameters, admin)
    {
        _PREDECESSOR = predecessor;
        _MEMBERS = registry;
    }

    /// @dev Takes all accounts and sums over, once and in one transaction, so that nothing moves while it does.
    function carryOver() external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (_carried) revert CarriedAlready();
        _carried = true;
        uint64 members = _MEMBERS.memberCount();
        for (uint64 i = 1; i <= members; ++i) {
            (uint256 unspent, uint64 epoch) = _PREDECESSOR.allowanceOf(i);
            _book.accounts[i].balance = SafeCast.toInt96(_PREDECESSOR.balanceOf(i));
            _book.accounts[i].unspent = SafeCast.toUint96(unspent);
            // Who has claimed none yet reads as who claimed in epoch 0, which is long over.
            _book.accounts[i].claims = SafeCast.toUint48(uint256(epoch) + 1);
            _book.accounts[i].granted = _PREDECESSOR.grantClaimed(i);
        }
        _book.totals = _PREDECESSOR.totals();
    }

    /// @dev Takes a dispute over. The predecessor has no accountants any more, so what it holds stays as it is.
    function carryEscrow(bytes32 disputeId) external {
        if (_book.escrows[disputeId].state != EscrowState.None) revert CarriedAlready();
        _book.escrows[disputeId] = _PREDECESSOR.escrowOf(disputeId);
    }

    /// @dev A pair's totals go on from where the predecessor left them.
    function _settled(uint64 requester, uint64 holder) internal view override returns (Settlement memory settled) {
        settled = _settlements[requester][holder];
        if (!_own(settled)) return _PREDECESSOR.redeemedOf(requester, holder);
    }

    function _setOff(uint64 requester, uint64 holder, Settlement memory settlement)
        internal
        view
        override
        returns (uint256)
    {
        if (_own(_settlements[requester][holder])) return super._setOff(requester, holder, settlement);
        return _PREDECESSOR.setOffOf(requester, holder);
    }

    /// @dev Whether a pair has moved anything since the replacement; what it had before was copied with that.
    function _own(Settlement memory settled) private pure returns (bool) {
        return settled.queries != 0 || settled.hits != 0 || settled.amount != 0 || settled.disputed;
    }
}
