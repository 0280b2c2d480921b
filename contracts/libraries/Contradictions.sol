// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {SignedHead} from "../types/Audits.sol";
import {ReplyHead} from "../types/Messages.sol";
import {MessageHashes} from "./MessageHashes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title What a holder signed, held against what else it signed or published.
library Contradictions {
    using MessageHashes for ReplyHead;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @dev Refuses a head that its holder did not sign.
    function requireSigned(IMemberRegistry registry, SignedHead calldata signed) internal view {
        uint64 holder = signed.head.holder;
        address signer = registry.operatorAt(holder, signed.keyVersion);
        if (signer == address(0)) revert IAuditLedger.UnknownKeyVersion(holder, signed.keyVersion);
        bytes32 digest = MessageHashUtils.toTypedDataHash(_separator(registry), signed.head.hash());
        // What is left out only details the problem.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signed.signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) revert IAuditLedger.WrongSignature(holder);
    }

    /// @dev A head under a number that was never published is no contradiction: a reorganisation may have dropped it.
    function requireContradicted(IDatasetRegistry datasets, ReplyHead calldata head) internal view {
        IDatasetRegistry.Snapshot memory published = datasets.snapshotAt(head.holder, head.sequence);
        bool same = published.root == head.root && published.bits == head.bits
            && published.oprfKeyVersion == head.oprfKeyVersion;
        if (published.sequence == 0 || same) revert IAuditLedger.NoContradiction(head.holder, head.sequence);
    }

    function requireContradictory(ReplyHead calldata first, ReplyHead calldata second) internal pure {
        if (first.holder != second.holder || first.sequence != second.sequence) {
            revert IAuditLedger.NotAboutOneSnapshot(first.holder, first.sequence, second.holder, second.sequence);
        }
        if (first.root == second.root && first.bits == second.bits && first.oprfKeyVersion == second.oprfKeyVersion) {
            revert IAuditLedger.NoContradiction(first.holder, first.sequence);
        }
    }

    function _separator(IMemberRegistry registry) private view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPEHASH, keccak256("Riskmesh"), keccak256("1"), block.chainid, address(registry))
            );
    }
}
