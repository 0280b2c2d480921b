// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICreditLedger} from "../interfaces/ICreditLedger.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {ParameterKeys} from "../libraries/ParameterKeys.sol";
import {Standing} from "../libraries/Standing.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Committed batches, one storage slot each.
contract QueryLedger is IQueryLedger {
    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    ICreditLedger private immutable _CREDITS;
    mapping(uint64 requester => mapping(bytes32 batchId => Committal committal)) private _committals;

    constructor(IMemberRegistry registry, IProtocolParameters parameters, ICreditLedger credits) {
        _REGISTRY = registry;
        _PARAMETERS = parameters;
        _CREDITS = credits;
    }

    /// @inheritdoc IQueryLedger
    function commit(Commitment[] calldata commitments) external {
        uint64 requester = Standing.memberOrZero(_REGISTRY, msg.sender);
        if (requester == 0) revert NotOperatorInStanding(msg.sender);
        int256 balance = _CREDITS.balanceOf(requester);
        if (balance < 0) revert NegativeBalance(requester, balance);
        uint256 maxCount = _PARAMETERS.get(ParameterKeys.MAX_BATCH_COUNT);
        uint256 latest = block.timestamp + _PARAMETERS.get(ParameterKeys.MAX_DEADLINE_S);
        for (uint256 i = 0; i < commitments.length; ++i) {
            _commit(requester, commitments[i], maxCount, latest);
        }
    }

    /// @inheritdoc IQueryLedger
    function commitmentOf(uint64 requester, bytes32 batchId) external view returns (Committal memory) {
        return _committals[requester][batchId];
    }

    function _commit(uint64 requester, Commitment calldata commitment, uint256 maxCount, uint256 latest) private {
        (bytes32 batchId, uint32 count, uint64 deadline) = (commitment.batchId, commitment.count, commitment.deadline);
        if (_committals[requester][batchId].count != 0) revert BatchAlreadyCommitted(batchId, requester);
        if (count == 0 || count > maxCount) revert CountOutOfBounds(batchId, count, maxCount);
        if (deadline <= block.timestamp || deadline > latest) {
            revert DeadlineOutOfBounds(batchId, deadline, block.timestamp, latest);
        }
        _committals[requester][batchId] =
            Committal({count: count, deadline: deadline, blockNumber: SafeCast.toUint64(block.number)});
        emit Committed(batchId, requester, count, deadline);
    }
}
