// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title What the calls of a proposal would do, tried on a node's copy of the state.
/// @notice Never deployed: a node is asked to run it as if it were the timelock's code (state override of `eth_call`), so
/// that the calls come from the timelock. Nothing that happens here reaches the chain.
contract ProposalRehearsal {
    struct Step {
        address target;
        bytes data;
    }

    struct Outcome {
        bool succeeded;
        bytes data;
    }

    /// @notice Carries the calls out one after the other and looks at the state before and afterwards. A call that is
    /// refused changes nothing, and those after it are tried all the same.
    function rehearse(Step[] calldata calls, Step[] calldata views)
        external
        returns (Outcome[] memory outcomes, Outcome[] memory before, Outcome[] memory afterwards)
    {
        before = _all(views);
        outcomes = _all(calls);
        afterwards = _all(views);
    }

    function _all(Step[] calldata steps) private returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](steps.length);
        // Nobody pays for it: a node tries the calls on a copy of the state.
        // slither-disable-start calls-loop
        for (uint256 i = 0; i < steps.length; ++i) {
            // Any call of any contract, as a proposal may hold; the outcome is what is asked for.
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory data) = steps[i].target.call(steps[i].data);
            outcomes[i] = Outcome({succeeded: succeeded, data: data});
        }
        // slither-disable-end calls-loop
    }
}
