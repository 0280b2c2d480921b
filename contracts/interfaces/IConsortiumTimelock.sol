// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title What the consortium's timelock refuses beside OpenZeppelin's.
interface IConsortiumTimelock {
    error TimelockDelayOutOfBounds(uint256 delay, uint256 max);
}
