// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "../../contracts/interfaces/IQualityLedger.sol";
import {AuditorPapers} from "../../contracts/types/Audits.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Two members that do all they can for each other's scores and entitlements, while epochs pass.
contract Colluders is World {
    uint256 private constant FULL_BPS = 10_000;
    uint256 private constant PAIR_CAP = 20_000;

    mapping(uint64 requester => mapping(uint64 holder => uint256 amount)) private amounts;
    uint64[4] private sequences;
    bool public rose;
    bool public usurped;

    constructor() {
        vm.warp(START);
        deploy();
        for (uint256 i = 1; i <= FOUNDERS; ++i) {
            credits.claimGrant(registry.found(application(i)));
        }
        registry.closeFounding();
        handOver();
        decided();
        parameters.set(keccak256("credit_floor"), type(uint64).max); // what they owe each other stops them nowhere
    }

    function pass(uint32 seconds_) external {
        vm.warp(block.timestamp + seconds_ % (3 * EPOCH));
    }

    function pay(bool first, uint8 hits) external {
        (uint64 requester, uint64 holder) = pair(first);
        amounts[requester][holder] += uint256(hits) * HIT_FEE;
        uint256 amount = amounts[requester][holder];
        (uint256 score, uint256 other) = (quality.liveScoreOf(requester), quality.liveScoreOf(holder));
        (uint256 right, uint256 othersRight) = (nextRight(requester), nextRight(holder));
        if (hits != 0) redeemed(paymentOf(requester, holder, amount));
        rose = rose || quality.liveScoreOf(requester) > score || quality.liveScoreOf(holder) > other;
        rose = rose || nextRight(requester) > right || nextRight(holder) > othersRight;
    }

    function rate(bool first, uint8 category, uint8 confirmed, uint8 refuted) external {
        (uint64 requester, uint64 holder) = pair(first);
        IQualityLedger.Rating[] memory ratings = new IQualityLedger.Rating[](1);
        ratings[0] = IQualityLedger.Rating(holder, category % 3, confirmed % 60, refuted % 3);
        (uint256 score, uint256 right) = (quality.liveScoreOf(requester), nextRight(requester));
        vm.prank(operator(requester));
        try quality.rate(ratings) {} catch {}
        rose = rose || quality.liveScoreOf(requester) > score || nextRight(requester) > right;
    }

    function publish(bool first, uint32 changed) external {
        (uint64 memberId,) = pair(first);
        (uint256 confirmed, uint256 refuted) = quality.weightsOf(memberId);
        vm.prank(operator(memberId));
        datasets.publish(++sequences[memberId], keccak256(abi.encode(changed)), 4, 1, changed);
        (uint256 confirmedAfter, uint256 refutedAfter) = quality.weightsOf(memberId);
        rose = rose || confirmedAfter > confirmed || refutedAfter < refuted;
    }

    /// @dev A member tries what only a ledger or a vote may do, with either of its accounts.
    function usurp(bool first, bool operates, uint8 what) external {
        (uint64 memberId, uint64 other) = pair(first);
        bytes[9] memory calls = [
            abi.encodeCall(quality.noteFreshness, (memberId, 1000)),
            abi.encodeCall(quality.recordBreach, (other, 1, bytes32(0))),
            abi.encodeCall(quality.setCreditLedger, (credits)),
            abi.encodeCall(credits.penalize, (other, 1, bytes32(0))),
            abi.encodeCall(registry.suspend, (other)),
            abi.encodeCall(registry.emergencySuspend, (other)),
            abi.encodeCall(parameters.set, (keccak256("credit_floor"), 0)),
            abi.encodeCall(queries.setLedgers, (credits, quality)),
            abi.encodeCall(audits.appoint, (address(1), noPapers()))
        ];
        address[9] memory targets = [
            address(quality),
            address(quality),
            address(quality),
            address(credits),
            address(registry),
            address(registry),
            address(parameters),
            address(queries),
            address(audits)
        ];
        vm.prank(operates ? operator(memberId) : governance(memberId));
        (bool success,) = targets[what % 9].call(calls[what % 9]);
        usurped = usurped || success;
    }

    function requireBounds() external view {
        (uint256 sum, uint256 weight) = (0, 0);
        for (uint64 i = 1; i <= 2; ++i) {
            vm.assertLe(quality.scoreOf(i), FULL_BPS);
            vm.assertLe(quality.liveScoreOf(i), FULL_BPS);
            uint256 entitlement = quality.entitlementOf(i);
            vm.assertLe(ENTITLEMENT_FLOOR, entitlement);
            vm.assertLe(entitlement, ENTITLEMENT_CEILING);
            (uint256 confirmed,) = quality.weightsOf(i);
            (sum, weight) = (sum + entitlement, weight + confirmed);
        }
        // However many hits they sell each other: together no more than one pair counts for.
        vm.assertLe(weight, PAIR_CAP);
        vm.assertLe(sum, 2 * ENTITLEMENT_FLOOR + PAIR_CAP * PER_RATING / 1000);
    }

    /// @dev What the member may ask in the next epoch if nothing else happens.
    function nextRight(uint64 memberId) private returns (uint256 entitlement) {
        uint256 now_ = block.timestamp;
        vm.warp(now_ + EPOCH);
        entitlement = quality.entitlementOf(memberId);
        vm.warp(now_);
    }

    function noPapers() private pure returns (AuditorPapers memory) {
        return AuditorPapers({
            sealingSuite: 1,
            sealingKey: abi.encodePacked(bytes32("key")),
            certificate: "certificate",
            nameHash: bytes32("name")
        });
    }

    function pair(bool first) private pure returns (uint64, uint64) {
        return first ? (1, 2) : (2, 1);
    }
}

contract ScoreInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Colluders private colluders;

    function setUp() public {
        colluders = new Colluders();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(colluders);
        list[0].selectors = new bytes4[](5);
        list[0].selectors[0] = Colluders.pass.selector;
        list[0].selectors[1] = Colluders.pay.selector;
        list[0].selectors[2] = Colluders.rate.selector;
        list[0].selectors[3] = Colluders.publish.selector;
        list[0].selectors[4] = Colluders.usurp.selector;
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(colluders);
    }

    function invariant_scores_and_entitlements__stay_in_bounds_and_two_never_pass_the_cap() public view {
        colluders.requireBounds();
    }

    function invariant_scores__never_rise_by_a_members_own_act() public view {
        vm.assertFalse(colluders.rose());
    }

    function invariant_roles__no_member_does_what_a_ledger_or_a_vote_may() public view {
        vm.assertFalse(colluders.usurped());
    }
}
