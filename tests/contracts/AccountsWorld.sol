// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {FixedEntitlements} from "./FixedEntitlements.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Accounts with fixed entitlements; the test acts as the ledger of disputes.
abstract contract AccountsWorld is World {
    bytes32 internal constant DISPUTE = keccak256("dispute");
    bytes32 internal constant REF = keccak256("case 7");

    FixedEntitlements internal entitlements;

    function setUp() public override {
        super.setUp();
        entitlements = new FixedEntitlements();
        for (uint64 i = 1; i <= 4; ++i) {
            entitlements.set(i, 1000 * i);
        }
        decided();
        credits.setQualityLedger(IQualityLedger(address(entitlements)));
        bytes32 role = credits.ACCOUNTANT_ROLE();
        decided();
        credits.grantRole(role, address(this));
    }

    function expectWrongState(bytes32 dispute, ICreditLedger.EscrowState state) internal {
        vm.expectRevert(abi.encodeWithSelector(ICreditLedger.EscrowInState.selector, dispute, state));
    }

    function expectAllowance(uint64 memberId, uint256 unspent, uint64 epoch) internal view {
        (uint256 left, uint64 claimedIn) = credits.allowanceOf(memberId);
        vm.assertEq(left, unspent);
        vm.assertEq(claimedIn, epoch);
    }

    function expectEscrow(bytes32 dispute, ICreditLedger.EscrowState state, uint256 amount) internal view {
        ICreditLedger.Escrow memory entry = credits.escrowOf(dispute);
        vm.assertEq(uint8(entry.state), uint8(state));
        vm.assertEq(entry.payer, 1);
        vm.assertEq(entry.payee, 2);
        vm.assertEq(entry.amount, amount);
    }

    function expectTotals(uint256 granted, uint256 allowances, uint256 expired, uint256 penalties, uint256 escrowed)
        internal
        view
    {
        ICreditLedger.Totals memory sums = credits.totals();
        vm.assertEq(sums.granted, granted);
        vm.assertEq(sums.allowances, allowances);
        vm.assertEq(sums.expired, expired);
        vm.assertEq(sums.penalties, penalties);
        vm.assertEq(sums.escrowed, escrowed);
    }
}
