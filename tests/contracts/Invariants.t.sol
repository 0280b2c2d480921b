// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {Status} from "../../contracts/types/Members.sol";
import {Voucher} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev A consortium in which anything may happen in any order, and what its model expects of it.
contract Consortium is World {
    uint64 public constant CANDIDATES = 6;

    mapping(uint64 requester => mapping(uint64 holder => uint256 amount)) public greatestAmount;
    mapping(uint64 requester => mapping(uint64 holder => uint64 hits)) public greatestHits;
    mapping(uint64 requester => mapping(uint64 holder => uint64 queries)) public greatestQueries;
    mapping(uint64 memberId => bool active) public votes;
    mapping(uint64 memberId => Status status) public final_;
    mapping(uint64 memberId => int256 credits_) private rebated;
    uint256 public granted;
    uint256 public redemptions;

    constructor() {
        vm.warp(START);
        deploy();
        for (uint64 i = 1; i <= FOUNDERS; ++i) {
            votes[registry.found(application(i))] = true;
        }
        registry.closeFounding();
        handOver();
        decided();
        parameters.set(keccak256("max_admissions_per_epoch"), 100);
    }

    function admit() external {
        if (registry.memberCount() < CANDIDATES) admitted(registry.memberCount() + 1);
    }

    function activate(uint64 pick) external {
        uint64 memberId = member(pick);
        vm.warp(block.timestamp + ACTIVATION_DELAY / 2);
        try registry.activate(memberId) {
            votes[memberId] = true;
        } catch {}
    }

    function suspend(uint64 pick) external {
        uint64 memberId = member(pick);
        decided();
        try registry.suspend(memberId) {
            votes[memberId] = false;
        } catch {}
    }

    function reinstate(uint64 pick) external {
        uint64 memberId = member(pick);
        decided();
        try registry.reinstate(memberId) {
            votes[memberId] = registry.statusOf(memberId) == Status.Active;
        } catch {}
    }

    function end(uint64 pick, bool byVote, uint8 rarely) external {
        uint64 memberId = member(pick);
        if (rarely % 8 != 0 || registry.activeCount() < 3) return;
        vm.prank(byVote ? address(timelock) : registry.governanceOf(memberId));
        if (byVote) {
            try registry.expel(memberId) {
                (votes[memberId], final_[memberId]) = (false, Status.Expelled);
            } catch {}
        } else {
            try registry.leave(memberId, "") {
                (votes[memberId], final_[memberId]) = (false, Status.Left);
            } catch {}
        }
    }

    function grant(uint64 pick) external {
        try credits.claimGrant(member(pick)) {
            granted += GRANT;
        } catch {}
    }

    /// @dev Redeems a voucher that is greater, smaller or the same as the pair's greatest, all in turn.
    function redeem(uint64 from, uint64 to, uint16 more, uint16 moreHits, uint8 kind) external {
        (uint64 requester, uint64 holder) = (member(from), member(to));
        Voucher memory voucher = voucherOf(
            requester,
            holder,
            greatestQueries[requester][holder] + more % 7,
            greatestHits[requester][holder] + moreHits % 5,
            greatestAmount[requester][holder] + more % 7 + (moreHits % 5) * (HIT_FEE / 2 + more % (HIT_FEE + 1))
        );
        if (kind % 4 == 0 && voucher.amount > 50) voucher.amount -= 50;
        if (kind % 8 == 1) voucher.hits += 1000;
        bytes memory signed = signature(voucher, operatorKey(requester));
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signed);
        vm.prank(operator(holder));
        try credits.redeem(vouchers, signatures) {
            ++redemptions;
            if (voucher.amount > greatestAmount[requester][holder]) {
                greatestAmount[requester][holder] = voucher.amount;
            }
            greatestHits[requester][holder] = voucher.hits;
            greatestQueries[requester][holder] = voucher.queries;
        } catch {}
    }

    function rate(uint64 from, uint64 to, uint8 confirmed, uint8 refuted) external {
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(member(to), 1, confirmed % 4, refuted % 4);
        uint64 holder = member(to);
        (int256 before, int256 other) = (credits.balanceOf(member(from)), credits.balanceOf(holder));
        vm.prank(operator(member(from)));
        try quality.rate(ratings) {
            // At a least hit price of half the fee; down to the holder's floor.
            uint256 earned = uint256(confirmed % 4 + refuted % 4) * (HIT_FEE / 2) * REBATE_PERCENT / 100;
            int256 room = other + int256(FLOOR);
            int256 moved = room < int256(earned) ? room : int256(earned);
            rebated[member(from)] += moved;
            rebated[holder] -= moved;
            if (holder != member(from)) {
                vm.assertEq(credits.balanceOf(member(from)), before + moved);
                vm.assertEq(credits.balanceOf(holder), other - moved);
            }
        } catch {}
    }

    function member(uint64 pick) private view returns (uint64) {
        return 1 + pick % registry.memberCount();
    }

    // What the invariants look at.

    function balancesAndGrants() external view returns (int256 balances, uint256 model, uint256 ledger) {
        for (uint64 i = 1; i <= CANDIDATES; ++i) {
            balances += credits.balanceOf(i);
        }
        return (balances, granted, credits.totals().granted);
    }

    function lowestBalance() external view returns (int256 lowest) {
        for (uint64 i = 1; i <= CANDIDATES; ++i) {
            if (credits.balanceOf(i) < lowest) lowest = credits.balanceOf(i);
        }
    }

    function requirePaidWithinVouchers() external view {
        for (uint64 i = 1; i <= CANDIDATES; ++i) {
            int256 balance = (credits.grantClaimed(i) ? int256(GRANT) : int256(0)) + rebated[i];
            for (uint64 j = 1; j <= CANDIDATES; ++j) {
                vm.assertLe(credits.redeemedOf(i, j).paid, greatestAmount[i][j]);
                vm.assertLe(quality.ratedOf(i, j), credits.paidHitsOf(i, j));
                balance += int256(uint256(credits.redeemedOf(j, i).paid));
                balance -= int256(uint256(credits.redeemedOf(i, j).paid));
            }
            // Every balance is its grant, what it was paid and what it paid, and rebates: nothing was ever paid twice.
            vm.assertEq(credits.balanceOf(i), balance);
        }
    }

    function requireVotesOfActiveMembers() external view {
        (uint256 active, uint256 standing) = (0, 0);
        for (uint64 i = 1; i <= registry.memberCount(); ++i) {
            Status status = registry.statusOf(i);
            if (status == Status.Active) ++active;
            if (registry.inStanding(i)) ++standing;
            vm.assertEq(votes[i], status == Status.Active);
            vm.assertEq(registry.getVotes(governance(i)), status == Status.Active ? 1 : 0);
            if (final_[i] != Status.None) vm.assertEq(uint8(status), uint8(final_[i]));
        }
        vm.assertEq(registry.activeCount(), active);
        vm.assertEq(registry.standingCount(), standing);
    }

    function requireDeployerHasNoRole() external view {
        vm.assertFalse(registry.hasRole(bytes32(0), address(this)));
        vm.assertFalse(registry.hasRole(registry.GOVERNOR_ROLE(), address(this)));
        vm.assertFalse(registry.hasRole(registry.FOUNDER_ROLE(), address(this)));
        vm.assertFalse(parameters.hasRole(bytes32(0), address(this)));
        vm.assertFalse(parameters.hasRole(parameters.GOVERNOR_ROLE(), address(this)));
        vm.assertFalse(timelock.hasRole(bytes32(0), address(this)));
    }
}

contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Consortium private consortium;

    function setUp() public {
        consortium = new Consortium();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(consortium);
        list[0].selectors = new bytes4[](8);
        list[0].selectors[0] = Consortium.admit.selector;
        list[0].selectors[1] = Consortium.activate.selector;
        list[0].selectors[2] = Consortium.suspend.selector;
        list[0].selectors[3] = Consortium.reinstate.selector;
        list[0].selectors[4] = Consortium.end.selector;
        list[0].selectors[5] = Consortium.grant.selector;
        list[0].selectors[6] = Consortium.redeem.selector;
        list[0].selectors[7] = Consortium.rate.selector;
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(consortium);
    }

    function invariant_sum_of_balances__is_the_sum_of_grants() public view {
        (int256 balances, uint256 model, uint256 ledger) = consortium.balancesAndGrants();
        vm.assertEq(balances, int256(model));
        vm.assertEq(ledger, model);
    }

    function invariant_balances__never_fall_below_the_floor() public view {
        vm.assertGe(consortium.lowestBalance(), -500);
    }

    function invariant_vouchers__are_paid_once_and_never_beyond_their_amount() public view {
        consortium.requirePaidWithinVouchers();
    }

    function invariant_votes__belong_to_active_members_and_final_states_stay() public view {
        consortium.requireVotesOfActiveMembers();
    }

    function invariant_deployer__has_no_role() public view {
        consortium.requireDeployerHasNoRole();
    }
}
