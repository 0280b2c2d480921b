// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortiumTimelock} from "../interfaces/IConsortiumTimelock.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title What was decided waits here before it takes effect: as long as the members want, and no longer than 60 days.
/// @dev OpenZeppelin's timelock takes any delay. One that nobody lives to see the end of could never be taken back, as
/// what takes it back would have to wait for it.
contract ConsortiumTimelock is TimelockController, IConsortiumTimelock {
    uint256 public constant MAX_DELAY_S = 60 days;

    uint256 private _delay;

    /// @param delay seconds from passing to execution
    /// @param proposers may schedule and cancel
    /// @param executors may carry out what has waited; the zero address for anyone
    /// @param admin may grant and revoke roles; renounces
    constructor(uint256 delay, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(delay, proposers, executors, admin)
    {
        _requireWithinBounds(delay);
        _delay = delay;
    }

    /// @notice Changes the delay of what is scheduled from now on. The timelock itself only, so by a vote.
    function updateDelay(uint256 newDelay) external override {
        if (_msgSender() != address(this)) revert TimelockUnauthorizedCaller(_msgSender());
        _requireWithinBounds(newDelay);
        emit MinDelayChange(_delay, newDelay);
        _delay = newDelay;
    }

    function getMinDelay() public view override returns (uint256) {
        return _delay;
    }

    function _requireWithinBounds(uint256 delay) private pure {
        if (delay > MAX_DELAY_S) revert TimelockDelayOutOfBounds(delay, MAX_DELAY_S);
    }
}
