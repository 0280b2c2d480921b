// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {ParameterKeys} from "./ParameterKeys.sol";

/// @title How far back audits reach: daemons have forgotten what is older.
library Retention {
    function requireWithin(IProtocolParameters parameters, uint256 timestamp) internal view {
        uint256 retention = parameters.get(ParameterKeys.AUDIT_RETENTION_S);
        uint256 oldest = block.timestamp > retention ? block.timestamp - retention : 0;
        if (timestamp < oldest) revert IAuditLedger.BeyondRetention(timestamp, oldest);
    }
}
