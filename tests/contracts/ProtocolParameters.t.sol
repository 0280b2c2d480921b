// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ProtocolParameters} from "../../contracts/governance/ProtocolParameters.sol";
import {IProtocolParameters} from "../../contracts/interfaces/IProtocolParameters.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

contract ProtocolParametersTest is World {
    bytes32 private constant LENGTH = keccak256("epoch_length_s");

    bytes32 private constant DEPTH = keccak256("finality_depth");

    function test_declarations__at_deployment__emit_and_hold() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        for (uint256 i = 0; i < list.length; ++i) {
            vm.expectEmit();
            emit IProtocolParameters.ParameterDeclared(
                keccak256(bytes(list[i].name)), list[i].name, list[i].min, list[i].max, list[i].value
            );
        }
        vm.expectEmit();
        emit IProtocolParameters.PricesSet(1, QUERY_FEE, HIT_FEE, 0);
        ProtocolParameters fresh = new ProtocolParameters(list, address(this));
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32 key = keccak256(bytes(list[i].name));
            (uint256 min, uint256 max) = fresh.boundsOf(key);
            vm.assertEq(fresh.get(key), list[i].value);
            vm.assertEq(min, list[i].min);
            vm.assertEq(max, list[i].max);
        }
        vm.assertEq(fresh.get(keccak256("price_version")), 1);
    }

    function test_declarations__name_twice__refused() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        list[11].name = "credit_floor";
        vm.expectRevert(
            abi.encodeWithSelector(IProtocolParameters.ParameterAlreadyDeclared.selector, keccak256("credit_floor"))
        );
        new ProtocolParameters(list, address(this));
    }

    function test_declarations__price_version__refused() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        list[11].name = "price_version";
        vm.expectRevert(
            abi.encodeWithSelector(IProtocolParameters.ParameterAlreadyDeclared.selector, keccak256("price_version"))
        );
        new ProtocolParameters(list, address(this));
    }

    function test_declarations__value_out_of_bounds__refused() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        list[11].value = 1001;
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.ParameterOutOfBounds.selector, DEPTH, 1001, 0, 1000));
        new ProtocolParameters(list, address(this));
    }

    function test_declarations__required_one_missing__refused() public {
        string[4] memory required = ["epoch_start", "epoch_length_s", "query_fee", "hit_fee"];
        for (uint256 i = 0; i < required.length; ++i) {
            IProtocolParameters.Declaration[] memory list = declarations();
            list[i].name = "something_else";
            vm.expectRevert(
                abi.encodeWithSelector(IProtocolParameters.UnknownParameter.selector, keccak256(bytes(required[i])))
            );
            new ProtocolParameters(list, address(this));
        }
    }

    function test_declarations__epochs_without_length__refused() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        (list[1].min, list[1].value) = (0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProtocolParameters.ParameterOutOfBounds.selector, keccak256("epoch_length_s"), 0, 1, list[1].max
            )
        );
        new ProtocolParameters(list, address(this));
    }

    function test_declarations__epochs_that_begin_later__refused() public {
        IProtocolParameters.Declaration[] memory list = declarations();
        (list[0].max, list[0].value) = (START + 1000, START + 1000);
        vm.expectRevert(
            abi.encodeWithSelector(IProtocolParameters.EpochsBeginInTheFuture.selector, START + 1000, block.timestamp)
        );
        new ProtocolParameters(list, address(this));
    }

    function test_declarations__fee_bound_over_96_bits__refused() public {
        for (uint256 i = 2; i < 4; ++i) {
            IProtocolParameters.Declaration[] memory list = declarations();
            list[i].max = uint256(type(uint96).max) + 1;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IProtocolParameters.FeeBoundTooLarge.selector, keccak256(bytes(list[i].name)), list[i].max
                )
            );
            new ProtocolParameters(list, address(this));
        }
    }

    function test_set__by_a_vote_within_bounds__holds_at_once() public {
        vm.expectEmit(address(parameters));
        emit IProtocolParameters.ParameterSet(DEPTH, 12);
        decided();
        parameters.set(DEPTH, 12);
        vm.assertEq(parameters.get(DEPTH), 12);
    }

    function test_set__by_anyone_else__refused() public {
        vm.expectRevert(missingRole(address(this), parameters.GOVERNOR_ROLE()));
        parameters.set(DEPTH, 12);
        vm.expectRevert(missingRole(address(this), parameters.GOVERNOR_ROLE()));
        parameters.setPrices(1, 2);
    }

    function test_set__out_of_bounds__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.ParameterOutOfBounds.selector, DEPTH, 1001, 0, 1000));
        decided();
        parameters.set(DEPTH, 1001);
        bytes32 key = keccak256("max_batch_count");
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.ParameterOutOfBounds.selector, key, 0, 1, 1000));
        decided();
        parameters.set(key, 0);
    }

    function test_set__unknown_name__refused() public {
        bytes32 key = keccak256("no_such_thing");
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownParameter.selector, key));
        decided();
        parameters.set(key, 1);
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownParameter.selector, key));
        parameters.get(key);
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownParameter.selector, key));
        parameters.boundsOf(key);
    }

    function test_set__epochs_and_prices__not_settable() public {
        string[5] memory names = ["epoch_start", "epoch_length_s", "query_fee", "hit_fee", "price_version"];
        for (uint256 i = 0; i < names.length; ++i) {
            bytes32 key = keccak256(bytes(names[i]));
            vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.ParameterNotSettable.selector, key));
            decided();
            parameters.set(key, 1);
        }
    }

    function test_prices__set__apply_from_the_next_epoch() public {
        vm.expectEmit(address(parameters));
        emit IProtocolParameters.PricesSet(2, 3, 40, 1);
        decided();
        parameters.setPrices(3, 40);
        assertPrice(0, 1, QUERY_FEE, HIT_FEE);
        assertPrice(1, 2, 3, 40);
        vm.warp(START + EPOCH - 1);
        vm.assertEq(parameters.get(keccak256("hit_fee")), HIT_FEE);
        vm.warp(START + EPOCH);
        vm.assertEq(parameters.get(keccak256("hit_fee")), 40);
        vm.assertEq(parameters.get(keccak256("query_fee")), 3);
        vm.assertEq(parameters.get(keccak256("price_version")), 2);
    }

    function test_prices__set_twice_in_an_epoch__later_one_wins() public {
        decided();
        parameters.setPrices(3, 40);
        decided();
        parameters.setPrices(4, 50);
        assertPrice(0, 1, QUERY_FEE, HIT_FEE);
        assertPrice(1, 3, 4, 50);
        (uint64 fromEpoch, uint256 queryFee, uint256 hitFee) = parameters.priceOf(2);
        vm.assertEq(fromEpoch, 1);
        vm.assertEq(queryFee, 3);
        vm.assertEq(hitFee, 40);
    }

    function test_prices__out_of_bounds__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IProtocolParameters.ParameterOutOfBounds.selector, keccak256("query_fee"), 1001, 0, 1000
            )
        );
        decided();
        parameters.setPrices(1001, 1);
        uint256 huge = uint256(type(uint96).max) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IProtocolParameters.ParameterOutOfBounds.selector, keccak256("hit_fee"), huge, 0, type(uint96).max
            )
        );
        decided();
        parameters.setPrices(1, huge);
    }

    function test_prices__unknown_version__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownPriceVersion.selector, uint32(0)));
        parameters.priceOf(0);
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownPriceVersion.selector, uint32(2)));
        parameters.priceOf(2);
    }

    function test_price_at__any_history__is_the_last_that_applies(uint8[16] calldata gaps, uint64 asked) public {
        uint64[] memory from = new uint64[](17);
        for (uint256 i = 0; i < gaps.length; ++i) {
            vm.warp(block.timestamp + uint256(gaps[i] % 4) * EPOCH);
            decided();
            parameters.setPrices(i + 2, i + 3);
            from[i + 1] = parameters.currentEpoch() + 1;
        }
        uint64 epoch = asked % (from[16] + 3);
        uint32 expected = 1;
        for (uint32 version = 2; version <= 17; ++version) {
            if (from[version - 1] <= epoch) expected = version;
        }
        (uint32 found,,) = parameters.priceAt(epoch);
        vm.assertEq(found, expected);
    }

    function test_epoch__at_its_boundaries__turns_exactly() public {
        vm.assertEq(parameters.epochAt(START), 0);
        vm.assertEq(parameters.epochAt(START + EPOCH - 1), 0);
        vm.assertEq(parameters.epochAt(START + EPOCH), 1);
        vm.warp(START + 7 * EPOCH + 5);
        vm.assertEq(parameters.currentEpoch(), 7);
    }

    function test_epoch__before_the_first__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.BeforeFirstEpoch.selector, START - 1, START));
        parameters.epochAt(START - 1);
    }

    function test_epoch_length__set__turns_with_the_next_epoch_and_counts_on() public {
        vm.warp(START + 3 * EPOCH + 100);
        vm.expectEmit(address(parameters));
        emit IProtocolParameters.EpochLengthSet(4, uint64(START + 4 * EPOCH), 1 hours);
        decided();
        parameters.setEpochLength(1 hours);
        vm.assertEq(parameters.currentEpoch(), 3);
        vm.assertEq(parameters.get(LENGTH), EPOCH);
        vm.assertEq(parameters.epochAt(START + 4 * EPOCH - 1), 3);
        vm.assertEq(parameters.epochAt(START + 4 * EPOCH), 4);
        vm.assertEq(parameters.epochAt(START + 4 * EPOCH + 1 hours), 5);
        vm.warp(START + 4 * EPOCH);
        vm.assertEq(parameters.get(LENGTH), 1 hours);
        decided();
        parameters.setEpochLength(2 hours);
        vm.warp(START + 4 * EPOCH + 1 hours);
        vm.assertEq(parameters.get(LENGTH), 2 hours);
        vm.assertEq(parameters.epochAt(START + 4 * EPOCH + 3 hours), 6);
        vm.assertEq(parameters.epochAt(START + 4 * EPOCH + 30 minutes), 4);
        vm.assertEq(parameters.epochAt(START + EPOCH), 1);
        vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.BeforeFirstEpoch.selector, START - 1, START));
        parameters.epochAt(START - 1);
    }

    function test_epoch_length__set_twice_before_it_applies__later_one_wins() public {
        decided();
        parameters.setEpochLength(1 hours);
        decided();
        parameters.setEpochLength(3 hours);
        vm.assertEq(parameters.epochAt(START + EPOCH + 3 hours), 2);
        vm.warp(START + EPOCH);
        vm.assertEq(parameters.get(LENGTH), 3 hours);
    }

    function test_epoch_length__out_of_bounds_or_without_a_vote__refused() public {
        uint256[2] memory lengths = [uint256(1 hours - 1), 30 days + 1];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IProtocolParameters.ParameterOutOfBounds.selector, LENGTH, lengths[i], 1 hours, 30 days
                )
            );
            decided();
            parameters.setEpochLength(lengths[i]);
        }
        bytes32 role = parameters.GOVERNOR_ROLE();
        vm.expectRevert(missingRole(governance(1), role));
        vm.prank(governance(1));
        parameters.setEpochLength(1 hours);
    }

    /// @dev However often the length changes, no moment lies in an epoch before the one of an earlier moment, and an
    /// epoch that has begun keeps its number and its end.
    function test_epoch_length__any_changes__epochs_never_go_back_or_skip(uint32[8] calldata steps) public {
        uint64 last = parameters.currentEpoch();
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 began = block.timestamp;
            uint64 soon = parameters.epochAt(block.timestamp + 30 minutes);
            decided();
            parameters.setEpochLength(bounded(steps[i], 1 hours, 2 days));
            vm.assertEq(parameters.currentEpoch(), last);
            vm.assertTrue(parameters.epochAt(block.timestamp + 30 minutes) == soon);
            vm.warp(block.timestamp + bounded(uint256(steps[i]) * 7, 0, 1 hours));
            uint64 found = parameters.currentEpoch();
            vm.assertTrue(found == last || found == last + 1);
            vm.assertEq(parameters.epochAt(began), last);
            last = found;
        }
    }

    function test_fee_bounds__of_a_version_that_does_not_exist__refused() public {
        uint32[2] memory versions = [uint32(0), 2];
        for (uint256 i = 0; i < versions.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IProtocolParameters.UnknownPriceVersion.selector, versions[i]));
            parameters.feeBoundsUpTo(versions[i]);
        }
        vm.assertEq(parameters.feeBoundsUpTo(1).leastHitFee, HIT_FEE);
    }

    function assertPrice(uint64 epoch, uint32 version, uint256 queryFee, uint256 hitFee) private view {
        (uint32 v, uint256 q, uint256 h) = parameters.priceAt(epoch);
        vm.assertEq(v, version);
        vm.assertEq(q, queryFee);
        vm.assertEq(h, hitFee);
    }

    function test_query_terms__are_the_parameters_and_the_epoch_at_any_time(uint24[4] calldata steps, uint16 hours_)
        public
    {
        for (uint256 i = 0; i < steps.length; ++i) {
            vm.warp(block.timestamp + steps[i]);
            requireTermsInForce();
            decided();
            parameters.setEpochLength((1 + (uint256(hours_) * (i + 1)) % 700) * 1 hours);
            requireTermsInForce();
        }
        decided();
        parameters.set(keccak256("max_batch_count"), 7);
        decided();
        parameters.set(keccak256("max_deadline_s"), 77);
        decided();
        parameters.set(keccak256("entitlement_floor"), 2 ** 48);
        requireTermsInForce();
        vm.assertEq(parameters.queryTerms().maxBatchCount, 7);
    }

    function requireTermsInForce() private view {
        IProtocolParameters.QueryTerms memory terms = parameters.queryTerms();
        vm.assertEq(terms.epoch, parameters.currentEpoch());
        vm.assertEq(terms.maxBatchCount, parameters.get(keccak256("max_batch_count")));
        vm.assertEq(terms.maxDeadlineS, parameters.get(keccak256("max_deadline_s")));
        vm.assertEq(terms.entitlementFloor, parameters.get(keccak256("entitlement_floor")));
    }
}
