// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../../contracts/interfaces/IAuditLedger.sol";
import {AuditWorld} from "./AuditWorld.sol";
import {vm} from "./Vm.sol";

/// @dev The last second in which a seed can be revealed: it belongs to who reveals, not to who draws without the seed.
contract DrawWindowsTest is AuditWorld {
    uint256 private revealBy;

    function setUp() public override {
        super.setUp();
        seedCommitted(1, 1);
        vm.warp(START + 2 * EPOCH);
        audits.closeEpoch(1);
        revealBy = audits.drawOf(1).revealBy;
    }

    function test_seed__revealed_in_the_last_second__is_taken() public {
        vm.warp(revealBy);
        seedRevealed(1, 1);
        vm.assertEq(audits.drawOf(1).revealed, 1);
        audits.draw(1);
    }

    function test_seed__revealed_a_second_later__refused() public {
        vm.warp(revealBy + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditLedger.TooLate.selector, revealBy + 1, revealBy));
        seedRevealed(1, 1);
    }

    function test_draw__without_a_seed_that_can_still_be_revealed__refused() public {
        bytes memory refusal = abi.encodeWithSelector(IAuditLedger.TooEarly.selector, revealBy, revealBy);
        vm.warp(revealBy);
        vm.expectRevert(refusal);
        audits.draw(1);
        vm.expectRevert(refusal);
        audits.strikeOff(1, auditor(1));
        vm.warp(revealBy + 1);
        audits.draw(1);
        audits.strikeOff(1, auditor(1));
    }
}
