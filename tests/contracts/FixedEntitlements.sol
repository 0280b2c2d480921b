// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @dev Entitlements that a test sets, in the place of a ledger of quality.
contract FixedEntitlements {
    mapping(uint64 memberId => uint64 evaluations) public entitlementOf;

    function set(uint64 memberId, uint64 evaluations) external {
        entitlementOf[memberId] = evaluations;
    }
}
