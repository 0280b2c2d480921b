// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IProtocolParameters} from "../interfaces/IProtocolParameters.sol";
import {IQueryLedger} from "../interfaces/IQueryLedger.sol";
import {Contradictions} from "../libraries/Contradictions.sol";
import {RequestProofs} from "../libraries/RequestProofs.sol";
import {Retention} from "../libraries/Retention.sol";
import {SignedHead} from "../types/Audits.sol";

/// @title What a member's own signatures prove against it.
/// @notice Part of the `AuditLedger`, which creates it and asks it with the very calls that it is sent: apart, because both
/// together are more code than a contract may have. It keeps nothing and has no rights.
contract SignatureProofs {
    IMemberRegistry private immutable _REGISTRY;
    IProtocolParameters private immutable _PARAMETERS;
    IAuditLedger private immutable _LEDGER;

    constructor(IMemberRegistry registry, IProtocolParameters parameters) {
        (_REGISTRY, _PARAMETERS, _LEDGER) = (registry, parameters, IAuditLedger(msg.sender));
    }

    /// @dev As `IAuditLedger.proveTwoHeads`.
    function proveTwoHeads(SignedHead calldata first, SignedHead calldata second)
        external
        view
        returns (uint64 holder, uint64 sequence)
    {
        Contradictions.requireContradictory(first.head, second.head);
        _requireSigned(first);
        _requireSigned(second);
        return (first.head.holder, first.head.sequence);
    }

    /// @dev As `IAuditLedger.proveAgainstPublication`.
    function proveAgainstPublication(SignedHead calldata signed)
        external
        view
        returns (uint64 holder, uint64 sequence)
    {
        // Only where publications are read is asked for.
        // slither-disable-next-line unused-return
        (IDatasetRegistry datasets,,,) = _LEDGER.ledgers();
        Contradictions.requireContradicted(datasets, signed.head);
        _requireSigned(signed);
        return (signed.head.holder, signed.head.sequence);
    }

    /// @dev As `IAuditLedger.proveNonceReuse`.
    function proveNonceReuse(IQueryLedger.SignedRequest calldata one, IQueryLedger.SignedRequest calldata other)
        external
        view
        returns (uint64 requester, uint128 nonce, bytes32 batchId, bytes32 otherBatchId)
    {
        (requester, nonce) = (one.request.requester, one.request.nonce);
        batchId = RequestProofs.requireSigned(_REGISTRY, one);
        otherBatchId = RequestProofs.requireSigned(_REGISTRY, other);
        if (requester != other.request.requester || nonce != other.request.nonce || batchId == otherBatchId) {
            revert IAuditLedger.NoReuse(batchId, otherBatchId);
        }
        Retention.requireWithin(_PARAMETERS, one.request.issuedAt);
        Retention.requireWithin(_PARAMETERS, other.request.issuedAt);
    }

    function _requireSigned(SignedHead calldata signed) private view {
        Retention.requireWithin(_PARAMETERS, signed.head.answeredAt);
        Contradictions.requireSigned(_REGISTRY, signed);
    }
}
