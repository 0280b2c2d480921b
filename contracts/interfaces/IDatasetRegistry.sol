// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IQualityLedger} from "./IQualityLedger.sol";

/// @title The snapshots that holders are bound to: a root says what a member's lists held, and nothing of what they hold.
/// @notice A published sequence number never gets another root, so nothing can be inserted after a query was seen.
interface IDatasetRegistry {
    /// @dev A snapshot as published, kept for ever. All zeros: nothing published under that number.
    struct Snapshot {
        bytes32 root;
        uint64 sequence;
        uint64 blockNumber;
        uint8 bits;
        uint32 oprfKeyVersion;
        uint32 changed;
    }

    event Published(
        uint64 indexed memberId,
        uint64 indexed sequence,
        bytes32 root,
        uint8 bits,
        uint32 oprfKeyVersion,
        uint32 changed
    );
    event QualityLedgerSet(IQualityLedger quality);

    /// @dev The caller is not the current operator of a member in standing.
    error NotOperatorInStanding(address caller);
    error SequenceNotGreater(uint64 memberId, uint64 sequence, uint64 latest);
    error TooManyBits(uint8 bits, uint256 max);
    error UnknownOprfKeyVersion(uint64 memberId, uint32 version);

    /// @notice Publishes a snapshot of the caller's dataset. Operator of a member in standing only. The publication that
    /// stands already, sent again, changes nothing and is no error: after a reorganisation or a crash a daemon need not
    /// know whether the first sending survived.
    /// @param sequence greater than every earlier one of this member
    /// @param root root of the positional tree of `bits` levels
    /// @param oprfKeyVersion version of the member's OPRF key that the tags were made with
    /// @param changed at most the records added, replaced or removed since the publication before; feeds freshness, and
    /// is audited
    function publish(uint64 sequence, bytes32 root, uint8 bits, uint32 oprfKeyVersion, uint32 changed) external;

    /// @notice Notes freshness at another ledger from now on. Governor only.
    function setQualityLedger(IQualityLedger quality) external;

    /// @notice Last snapshot of a member; all zeros when there is none.
    function latest(uint64 memberId) external view returns (Snapshot memory);

    /// @notice Snapshot published under a sequence number; all zeros when there is none.
    function snapshotAt(uint64 memberId, uint64 sequence) external view returns (Snapshot memory);
}
