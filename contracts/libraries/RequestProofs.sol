// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {Request} from "../types/Messages.sol";
import {MessageHashes} from "./MessageHashes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title That a member signed a request, under the domain of the registry.
library RequestProofs {
    using MessageHashes for Request;

    bytes32 private constant _DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function batchIdOf(IMemberRegistry registry, Request memory request) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(_DOMAIN_TYPEHASH, keccak256("Riskmesh"), keccak256("1"), block.chainid, address(registry))
        );
        return MessageHashUtils.toTypedDataHash(separator, request.hash());
    }

    /// @dev Batch identifier of a request that its requester's operator key of a version signed.
    function requireSigned(IMemberRegistry registry, IQueryLedger.SignedRequest calldata signed)
        internal
        view
        returns (bytes32 batchId)
    {
        uint64 requester = signed.request.requester;
        address signer = registry.operatorAt(requester, signed.keyVersion);
        if (signer == address(0)) revert IQueryLedger.UnknownKeyVersion(requester, signed.keyVersion);
        batchId = batchIdOf(registry, signed.request);
        // What is left out only details the problem.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(batchId, signed.signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) {
            revert IQueryLedger.WrongSignature(requester, batchId);
        }
    }
}
