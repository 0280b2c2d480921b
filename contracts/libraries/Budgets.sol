// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title How many evaluations each member has used in its current epoch, and how many it may use.
library Budgets {
    struct Budget {
        uint48 epoch;
        bool known; // whether `limit` is set for the epoch
        bool open; // whether it is the entitlement
        uint64 used;
        uint64 limit;
    }

    /// @dev The budget as it stands in `epoch`: a new epoch begins with nothing used, and with `floor` as its limit.
    function at(Budget memory budget, uint64 epoch, uint64 floor) internal pure returns (Budget memory) {
        if (budget.epoch == epoch && budget.known) return budget;
        return Budget({epoch: SafeCast.toUint48(epoch), known: true, open: false, used: 0, limit: floor});
    }

    function spend(Budget memory budget, uint64 memberId, uint256 evaluations) internal pure {
        uint256 used = budget.used + evaluations;
        if (used > budget.limit) revert IQueryLedger.EvaluationBudgetExceeded(memberId, used, budget.limit);
        budget.used = SafeCast.toUint64(used);
    }
}
