// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {Draw} from "../types/Audits.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Chance that nobody steers: seeds committed before an epoch, a block hash taken after it, then the seeds.
/// @dev Whoever makes blocks does not know the seeds when the closing hash is taken; whoever knows a seed committed to it
/// before the epoch. The hash is that of the block before the closing transaction, so it is always to be had. A seed that
/// is withheld is replaced by the hash of a block that did not exist yet when it could last be revealed: who withholds
/// exchanges a result that it knows for one that it does not, and can be struck off.
library Draws {
    struct Book {
        mapping(uint64 epoch => Draw draw) draws;
        mapping(uint64 epoch => mapping(address auditor => bytes32 commitment)) seeds;
    }

    uint256 internal constant MILLION = 1_000_000;

    function commit(Book storage self, uint64 epoch, address auditor, bytes32 commitment) internal {
        if (commitment == bytes32(0)) revert IAuditLedger.WrongSeed(epoch, auditor);
        if (self.seeds[epoch][auditor] != bytes32(0)) revert IAuditLedger.SeedAlreadyCommitted(epoch, auditor);
        self.seeds[epoch][auditor] = commitment;
        ++self.draws[epoch].committed;
    }

    function close(Book storage self, uint64 epoch, uint256 revealWindow, uint256 samplePpm)
        internal
        returns (Draw memory)
    {
        Draw storage draw = self.draws[epoch];
        if (draw.committed == 0) revert IAuditLedger.NoSeeds(epoch);
        if (draw.revealBy != 0) revert IAuditLedger.EpochAlreadyClosed(epoch);
        draw.closingHash = blockhash(block.number - 1);
        draw.revealBy = SafeCast.toUint64(block.timestamp + revealWindow);
        draw.samplePpm = SafeCast.toUint32(samplePpm);
        return draw;
    }

    function reveal(Book storage self, uint64 epoch, address auditor, bytes32 seed) internal {
        Draw storage draw = self.draws[epoch];
        if (draw.revealBy == 0) revert IAuditLedger.EpochNotClosed(epoch);
        if (block.timestamp > draw.revealBy || draw.value != bytes32(0)) {
            revert IAuditLedger.TooLate(block.timestamp, draw.revealBy);
        }
        if (self.seeds[epoch][auditor] != seedCommitment(epoch, auditor, seed)) {
            revert IAuditLedger.WrongSeed(epoch, auditor);
        }
        delete self.seeds[epoch][auditor];
        draw.mix ^= keccak256(abi.encode(auditor, seed));
        ++draw.revealed;
    }

    /// @dev At once when all seeds are known, else when the time to reveal has passed.
    function finish(Book storage self, uint64 epoch) internal returns (bytes32 value, uint32 withheld) {
        Draw storage draw = self.draws[epoch];
        if (draw.revealBy == 0) revert IAuditLedger.EpochNotClosed(epoch);
        if (draw.value != bytes32(0)) revert IAuditLedger.AlreadyDrawn(epoch);
        withheld = draw.committed - draw.revealed;
        if (withheld > 0 && block.timestamp <= draw.revealBy) {
            revert IAuditLedger.TooEarly(block.timestamp, draw.revealBy);
        }
        bytes32 instead = withheld > 0 ? blockhash(block.number - 1) : bytes32(0);
        value = keccak256(abi.encode(epoch, draw.closingHash, draw.mix, instead));
        draw.value = value;
    }

    /// @dev Forgets the seed that an auditor withheld; refuses when it withheld none.
    function takeWithheld(Book storage self, uint64 epoch, address auditor) internal {
        Draw storage draw = self.draws[epoch];
        if (draw.revealBy == 0) revert IAuditLedger.EpochNotClosed(epoch);
        if (block.timestamp <= draw.revealBy) revert IAuditLedger.TooEarly(block.timestamp, draw.revealBy);
        if (self.seeds[epoch][auditor] == bytes32(0)) revert IAuditLedger.NothingWithheld(epoch, auditor);
        delete self.seeds[epoch][auditor];
    }

    function seedCommitment(uint64 epoch, address auditor, bytes32 seed) internal pure returns (bytes32) {
        return keccak256(abi.encode(epoch, auditor, seed));
    }

    /// @dev What stands for a batch of which the chain knows its place in an anchor alone.
    function leaf(bytes32 root, uint32 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(root, index));
    }

    /// @dev Whether a draw falls on a batch of a requester, by its identifier or its place in an anchor.
    function falls(bytes32 value, uint256 samplePpm, uint64 requester, bytes32 id) internal pure returns (bool) {
        return uint256(keccak256(abi.encode(value, requester, id))) % MILLION < samplePpm;
    }

    /// @dev The element of a sampled batch that is opened first; further ones follow in order, around the end.
    function element(bytes32 value, uint64 requester, bytes32 id, uint32 count) internal pure returns (uint32) {
        return SafeCast.toUint32(uint256(keccak256(abi.encode(value, requester, id, count))) % count);
    }
}
