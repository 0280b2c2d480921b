// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ReplyHead} from "./Messages.sol";

/// @dev Why a member is accused.
enum CaseKind {
    None,
    Drawn, // the draw of an epoch fell on one of its batches: it opens it to the auditors
    Cause, // a member or an auditor says that there is something to look at
    Dispute, // a requester says that a disclosure was not served or was wrong; its money waits
    Contradiction, // its own signatures contradict each other or its publication: proven, unless rebutted
    NonceReuse // it signed two requests with one nonce: proven, unless rebutted
}

/// @dev Where a case stands. `Upheld` and `Dismissed` can be appealed against until they are settled.
enum CaseState {
    None,
    Open, // waits for the accused
    Answered, // waits for the auditors
    Upheld,
    Dismissed,
    Lapsed, // the auditors did not decide in time
    Settled // its effects are in the other ledgers; final
}

enum Ruling {
    None,
    Upheld,
    Dismissed
}

/// @dev A case as it stands. Times are in unix seconds.
struct CaseFile {
    CaseKind kind;
    CaseState state;
    uint64 opener; // member; 0 when an auditor opened it, or anyone with a proof
    uint64 accused;
    uint64 answerBy;
    uint64 decideBy;
    uint64 appealBy; // of the ruling there is; 0 while there is none
    bytes32 answer; // digest of what the accused handed in; 0 while there is none
    bool overturned;
    uint32 found; // what it stands for: hits read and not claimed, 1 for any other fault; 0 unless it is, or was, upheld
    uint32 most; // that can be found: silence stands for as many
}

/// @dev What an auditor brings when it is appointed: what openings are sealed with, and what members know its calls by.
struct AuditorPapers {
    uint16 sealingSuite;
    bytes sealingKey;
    bytes certificate; // TLS certificate in DER
    bytes32 nameHash;
}

/// @dev An auditor as it stands now: an account that is no member's, with its key and certificate.
struct Auditor {
    uint16 sealingSuite;
    bytes sealingKey;
    bytes32 tlsFingerprint; // SHA-256 of the certificate, which is in the events
    bytes32 nameHash;
}

/// @dev The draw of an epoch. All zeros: not closed.
struct Draw {
    bytes32 closingHash; // of the last block before the epoch was closed
    bytes32 mix; // exclusive or of the revealed seeds' hashes
    bytes32 value; // 0 until drawn
    uint64 revealBy; // 0 until closed
    uint32 committed;
    uint32 revealed;
    uint32 samplePpm; // batches sampled in a million, as governed when the epoch was closed
}

/// @dev A reply head with its holder's signature under the operator key of a version.
struct SignedHead {
    ReplyHead head;
    uint32 keyVersion;
    bytes signature;
}
