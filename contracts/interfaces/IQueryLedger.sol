// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Batches of queries that were committed before they were asked.
/// @notice The chain learns who asks how many, and until when; never what.
interface IQueryLedger {
    /// @dev `batchId` is the EIP-712 digest of the request; `deadline` is in unix seconds.
    struct Commitment {
        bytes32 batchId;
        uint32 count;
        uint64 deadline;
    }

    /// @dev A commitment as it stands, in one slot. All zeros: never committed.
    struct Committal {
        uint32 count;
        uint64 deadline;
        uint64 blockNumber;
    }

    event Committed(bytes32 indexed batchId, uint64 indexed requester, uint32 count, uint64 deadline);

    /// @dev The caller is not the current operator of a member in standing.
    error NotOperatorInStanding(address caller);
    error NegativeBalance(uint64 requester, int256 balance);
    /// @dev A requester commits a batch once. Others may copy the identifier: that disturbs nobody, as commitments are kept
    /// by requester, and serves them nothing, as the request behind it names its requester.
    error BatchAlreadyCommitted(bytes32 batchId, uint64 requester);
    error CountOutOfBounds(bytes32 batchId, uint32 count, uint256 max);
    error DeadlineOutOfBounds(bytes32 batchId, uint64 deadline, uint256 timestamp, uint256 latest);

    /// @notice Commits the caller's batches, all or none. Operator of a member in standing with no negative balance only.
    function commit(Commitment[] calldata commitments) external;

    /// @notice What a requester committed under an identifier; all zeros when nothing was.
    function commitmentOf(uint64 requester, bytes32 batchId) external view returns (Committal memory);
}
