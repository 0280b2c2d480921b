// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../../contracts/interfaces/ICreditLedger.sol";
import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {FixedEntitlements} from "./FixedEntitlements.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Members that claim, pay, cheat and dispute in any order, and what a model of their accounts expects.
contract Household is World {
    uint64 public constant MEMBERS = 5;
    uint256 private constant DISPUTES = 8;

    FixedEntitlements private entitlements;
    mapping(uint64 memberId => int256 balance) private balances;
    mapping(uint64 requester => mapping(uint64 holder => uint256 amount)) private signed;
    mapping(uint64 requester => mapping(uint64 holder => uint256 paid)) private paid;
    mapping(uint64 requester => mapping(uint64 holder => uint256 paid)) private paidByVoucher;
    mapping(uint64 requester => mapping(uint64 holder => uint256 amount)) private setOff;
    mapping(uint256 number => ICreditLedger.EscrowState state) private final_;
    uint256 public created;
    uint256 public ended;
    uint256 public moves;

    constructor() {
        vm.warp(START);
        deploy();
        for (uint64 i = 1; i <= MEMBERS; ++i) {
            registry.found(application(i));
        }
        registry.closeFounding();
        entitlements = new FixedEntitlements();
        credits.setQualityLedger(IQualityLedger(address(entitlements)));
        credits.grantRole(credits.ACCOUNTANT_ROLE(), address(this));
        handOver();
    }

    function pass(uint32 seconds_) external {
        vm.warp(block.timestamp + seconds_ % (2 * EPOCH));
    }

    function claimGrant(uint64 pick) external {
        uint64 memberId = member(pick);
        try credits.claimGrant(memberId) {
            gained(memberId, GRANT);
        } catch {}
    }

    function claimAllowance(uint64 pick, uint16 evaluations) external {
        uint64 memberId = member(pick);
        entitlements.set(memberId, evaluations);
        (uint256 unspent,) = credits.allowanceOf(memberId);
        try credits.claimAllowance(memberId) {
            gained(memberId, uint256(evaluations) * ALLOWANCE_RATE / 1000);
            lost(memberId, unspent);
        } catch {}
    }

    /// @dev `kind` makes it honest, repeated, smaller, inflated in hits or in amount, or signed by somebody else.
    function redeem(uint64 from, uint64 to, uint16 more, uint8 kind) external {
        (uint64 requester, uint64 holder) = (member(from), member(to));
        Voucher memory voucher = paymentOf(requester, holder, signed[requester][holder] + more % 900);
        if (kind % 8 == 1) voucher.hits += 1000;
        if (kind % 8 == 2) voucher.amount += 2000;
        if (kind % 8 == 3 && voucher.amount > 40) voucher.amount -= 40;
        uint256 key = kind % 8 == 4 ? operatorKey(holder) : operatorKey(requester);
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, key));
        uint256 before = credits.redeemedOf(requester, holder).paid;
        vm.prank(operator(kind % 16 == 5 ? requester : holder));
        try credits.redeem(vouchers, signatures) {
            uint256 now_ = credits.redeemedOf(requester, holder).paid - before;
            balances[requester] -= int256(now_);
            balances[holder] += int256(now_);
            paid[requester][holder] += now_;
            paidByVoucher[requester][holder] += now_;
            // A voucher pays nothing that escrow has paid, that waits there, or that is owed by nobody.
            if (now_ != 0) vm.assertLe(paid[requester][holder] + setOff[requester][holder], voucher.amount);
            if (voucher.amount > signed[requester][holder]) signed[requester][holder] = voucher.amount;
            ++moves;
        } catch {}
    }

    function dispute(uint8 number, uint64 from, uint64 to, uint16 amount) external {
        uint64 payer = member(from);
        try credits.escrow(disputeId(number), payer, member(to), amount) returns (uint256 held) {
            balances[payer] -= int256(held);
            setOff[payer][member(to)] += held;
        } catch {}
    }

    function decide(uint8 number, uint64 winner) external {
        uint64 memberId = member(winner);
        ICreditLedger.Escrow memory entry = credits.escrowOf(disputeId(number));
        try credits.release(disputeId(number), memberId) {
            over(number, ICreditLedger.EscrowState.Released);
            balances[memberId] += int256(uint256(entry.amount));
            if (memberId == entry.payee) {
                setOff[entry.payer][entry.payee] -= entry.amount;
                paid[entry.payer][entry.payee] += entry.amount;
            }
        } catch {}
    }

    function lapse(uint8 number) external {
        ICreditLedger.Escrow memory entry = credits.escrowOf(disputeId(number));
        try credits.giveBack(disputeId(number)) {
            over(number, ICreditLedger.EscrowState.GivenBack);
            balances[entry.payer] += int256(uint256(entry.amount));
            setOff[entry.payer][entry.payee] -= entry.amount;
        } catch {}
    }

    function penalize(uint64 pick, uint16 amount) external {
        credits.penalize(member(pick), amount % 300, bytes32(0));
        lost(member(pick), amount % 300);
    }

    /// @dev A member tries what only the ledger of disputes may do.
    function usurp(uint64 pick, uint8 number, uint16 amount) external {
        vm.startPrank(operator(member(pick)));
        try credits.escrow(disputeId(number), 1, 2, amount) {
            vm.assertTrue(false);
        } catch {}
        try credits.release(disputeId(number), member(pick)) {
            vm.assertTrue(false);
        } catch {}
        try credits.giveBack(disputeId(number)) {
            vm.assertTrue(false);
        } catch {}
        try credits.penalize(1, amount, bytes32(0)) {
            vm.assertTrue(false);
        } catch {}
        try credits.rebate(member(pick), 1, amount) {
            vm.assertTrue(false);
        } catch {}
        vm.stopPrank();
    }

    function requireModel() external view {
        int256 sum;
        for (uint64 i = 1; i <= MEMBERS; ++i) {
            vm.assertEq(credits.balanceOf(i), balances[i]);
            (uint256 unspent,) = credits.allowanceOf(i);
            if (unspent != 0) vm.assertGe(balances[i], int256(unspent));
            sum += balances[i];
            for (uint64 j = 1; j <= MEMBERS; ++j) {
                ICreditLedger.Settlement memory settled = credits.redeemedOf(i, j);
                vm.assertEq(settled.paid, paid[i][j]);
                vm.assertEq(credits.setOffOf(i, j), setOff[i][j]);
                vm.assertLe(paidByVoucher[i][j], signed[i][j]);
                vm.assertLe(settled.amount, signed[i][j]);
                vm.assertLe(credits.paidHitsOf(i, j), settled.hits);
            }
        }
        vm.assertEq(sum, credits.outstanding());
    }

    function requireConservation() external view {
        ICreditLedger.Totals memory sums = credits.totals();
        uint256 waiting;
        for (uint8 i = 0; i < DISPUTES; ++i) {
            ICreditLedger.Escrow memory entry = credits.escrowOf(disputeId(i));
            if (entry.state == ICreditLedger.EscrowState.Held) waiting += entry.amount;
            else vm.assertTrue(entry.state == final_[i]);
        }
        vm.assertEq(sums.escrowed, waiting);
        vm.assertEq(sums.granted + sums.allowances, created);
        vm.assertEq(sums.expired + sums.penalties, ended);
    }

    function gained(uint64 memberId, uint256 amount) private {
        created += amount;
        balances[memberId] += int256(amount);
    }

    function lost(uint64 memberId, uint256 amount) private {
        ended += amount;
        balances[memberId] -= int256(amount);
    }

    function over(uint8 number, ICreditLedger.EscrowState state) private {
        vm.assertTrue(final_[number % DISPUTES] == ICreditLedger.EscrowState.None);
        final_[number % DISPUTES] = state;
    }

    function member(uint64 pick) private pure returns (uint64) {
        return 1 + pick % MEMBERS;
    }

    function disputeId(uint8 number) private pure returns (bytes32) {
        return keccak256(abi.encode("dispute", number % DISPUTES));
    }
}

contract AccountInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Household private household;

    function setUp() public {
        household = new Household();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(household);
        list[0].selectors = new bytes4[](9);
        list[0].selectors[0] = Household.pass.selector;
        list[0].selectors[1] = Household.claimGrant.selector;
        list[0].selectors[2] = Household.claimAllowance.selector;
        list[0].selectors[3] = Household.redeem.selector;
        list[0].selectors[4] = Household.dispute.selector;
        list[0].selectors[5] = Household.decide.selector;
        list[0].selectors[6] = Household.penalize.selector;
        list[0].selectors[7] = Household.usurp.selector;
        list[0].selectors[8] = Household.lapse.selector;
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(household);
    }

    function invariant_accounts__are_those_of_the_model_and_add_up() public view {
        household.requireModel();
    }

    function invariant_balances_and_escrow__are_grants_and_allowances_less_expiries_and_penalties() public view {
        household.requireConservation();
    }
}
