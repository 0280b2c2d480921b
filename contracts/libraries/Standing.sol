// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";

/// @title For whom a caller may act: the ledgers' one question to the registry.
library Standing {
    /// @dev The member in standing that `caller` operates, also with an operator key in its grace; 0 when there is none.
    function memberOrZero(IMemberRegistry registry, address caller) internal view returns (uint64 memberId) {
        return registry.memberInStanding(caller);
    }
}
