// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Kinds of breaches, as `QualityLedger.recordBreach` takes them.
library BreachKinds {
    /// @dev A reported express request that its requester did not answer with an anchor.
    uint8 internal constant UNANSWERED_REPORT = 1;
    /// @dev Two signed requests with one nonce.
    uint8 internal constant NONCE_REUSED = 2;
    /// @dev Two signed reply heads that contradict each other or the published snapshot.
    uint8 internal constant CONTRADICTION = 3;
    /// @dev A drawn audit that was lost or not answered.
    uint8 internal constant DRAWN_AUDIT = 4;
    /// @dev An audit for cause that was lost or not answered.
    uint8 internal constant AUDIT_FOR_CAUSE = 5;
    /// @dev A dispute that its holder lost or did not answer.
    uint8 internal constant DISPUTE = 6;
}
