// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Status} from "../types/Members.sol";

/// @title For whom a caller may act: the ledgers' one question to the registry.
library Standing {
    /// @dev The member in standing whose current operator `caller` is; 0 when there is none.
    function memberOrZero(IMemberRegistry registry, address caller) internal view returns (uint64 memberId) {
        Status status;
        (memberId, status) = registry.memberByOperator(caller);
        if (status != Status.Admitted && status != Status.Active) return 0;
    }
}
