// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAuditLedger} from "../interfaces/IAuditLedger.sol";
import {CaseFile, CaseKind, CaseState, Ruling} from "../types/Audits.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title One course for every accusation: answer, ruling, appeal, settlement, each with its deadline.
/// @dev The state is derived from what happened and from the time; windows are taken when a case is opened, so that a vote
/// on parameters moves no deadline.
library Cases {
    struct Case {
        CaseKind kind;
        bool answered;
        bool overturned;
        bool settled;
        Ruling ruling;
        uint64 accused;
        uint64 opener;
        uint48 answerBy;
        // Slot.
        uint48 decideBy;
        uint48 ruledAt;
        uint32 appealWindow;
        bytes32 answer;
        mapping(address auditor => Ruling vote) votes;
    }

    struct Windows {
        uint256 answer;
        uint256 ruling;
        uint256 appeal;
    }

    struct Book {
        mapping(bytes32 caseId => Case file) cases;
    }

    function open(
        Book storage self,
        bytes32 caseId,
        CaseKind kind,
        uint64 opener,
        uint64 accused,
        Windows memory windows
    ) internal returns (Case storage file) {
        file = self.cases[caseId];
        if (file.kind != CaseKind.None) revert IAuditLedger.CaseAlreadyOpened(caseId);
        if (opener == accused) revert IAuditLedger.OwnAccuser(accused);
        (file.kind, file.opener, file.accused) = (kind, opener, accused);
        file.answerBy = SafeCast.toUint48(block.timestamp + windows.answer);
        file.decideBy = SafeCast.toUint48(block.timestamp + windows.answer + windows.ruling);
        file.appealWindow = SafeCast.toUint32(windows.appeal);
    }

    function answer(Book storage self, bytes32 caseId, uint64 member, bytes32 digest) internal {
        Case storage file = self.cases[caseId];
        _require(file, caseId, CaseState.Open);
        if (member == 0 || member != file.accused) revert IAuditLedger.NotTheAccused(caseId, member);
        file.answered = true;
        file.answer = digest;
    }

    /// @dev Notes an auditor's vote, which it gives once. Only votes of present auditors count.
    function vote(Book storage self, bytes32 caseId, address[] storage auditors, address auditor, Ruling ruling)
        internal
        returns (bool ruled)
    {
        Case storage file = self.cases[caseId];
        _require(file, caseId, CaseState.Answered);
        if (file.votes[auditor] != Ruling.None) revert IAuditLedger.AlreadyVoted(caseId, auditor);
        file.votes[auditor] = ruling;
        uint256 agreeing = 0;
        for (uint256 i = 0; i < auditors.length; ++i) {
            if (file.votes[auditors[i]] == ruling) ++agreeing;
        }
        ruled = agreeing > auditors.length / 2;
        if (ruled) (file.ruling, file.ruledAt) = (ruling, SafeCast.toUint48(block.timestamp));
    }

    /// @dev Turns a ruling, or what silence came to, into its contrary; once.
    function overturn(Book storage self, bytes32 caseId) internal returns (CaseState overturned) {
        Case storage file = self.cases[caseId];
        CaseState state = stateOf(file);
        if (state != CaseState.Upheld && state != CaseState.Dismissed) revert IAuditLedger.WrongState(caseId, state);
        if (file.overturned) revert IAuditLedger.AlreadyOverturned(caseId);
        uint256 last = appealBy(file);
        if (block.timestamp > last) revert IAuditLedger.TooLate(block.timestamp, last);
        if (file.ruling == Ruling.None) {
            (file.ruling, file.ruledAt) = (Ruling.Upheld, SafeCast.toUint48(block.timestamp));
        }
        file.overturned = true;
        return stateOf(file);
    }

    /// @dev Closes a case for ever; returns how it ended.
    function settle(Book storage self, bytes32 caseId) internal returns (Case storage file, CaseState outcome) {
        file = self.cases[caseId];
        outcome = stateOf(file);
        bool ruled = outcome == CaseState.Upheld || outcome == CaseState.Dismissed;
        if (!ruled && outcome != CaseState.Lapsed) revert IAuditLedger.WrongState(caseId, outcome);
        if (ruled && !file.overturned && block.timestamp <= appealBy(file)) {
            revert IAuditLedger.TooEarly(block.timestamp, appealBy(file));
        }
        file.settled = true;
    }

    function stateOf(Case storage file) internal view returns (CaseState) {
        if (file.kind == CaseKind.None) return CaseState.None;
        if (file.settled) return CaseState.Settled;
        if (file.ruling != Ruling.None) {
            return (file.ruling == Ruling.Upheld) != file.overturned ? CaseState.Upheld : CaseState.Dismissed;
        }
        if (!file.answered) return block.timestamp <= file.answerBy ? CaseState.Open : CaseState.Upheld;
        if (block.timestamp <= file.decideBy) return CaseState.Answered;
        // A proof that the contract has checked stands when nobody finds that it was rebutted.
        bool proven = file.kind == CaseKind.Contradiction || file.kind == CaseKind.NonceReuse;
        return proven ? CaseState.Upheld : CaseState.Lapsed;
    }

    /// @dev Until when what the case came to can be overturned; 0 while it came to nothing.
    function appealBy(Case storage file) internal view returns (uint256) {
        CaseState state = stateOf(file);
        if (state != CaseState.Upheld && state != CaseState.Dismissed) return 0;
        if (file.ruling != Ruling.None) return uint256(file.ruledAt) + file.appealWindow;
        return uint256(file.answered ? file.decideBy : file.answerBy) + file.appealWindow;
    }

    function fileOf(Book storage self, bytes32 caseId) internal view returns (CaseFile memory) {
        Case storage file = self.cases[caseId];
        return CaseFile({
            kind: file.kind,
            state: stateOf(file),
            opener: file.opener,
            accused: file.accused,
            answerBy: file.answerBy,
            decideBy: file.decideBy,
            appealBy: SafeCast.toUint64(appealBy(file)),
            answer: file.answer,
            overturned: file.overturned
        });
    }

    function _require(Case storage file, bytes32 caseId, CaseState needed) private view {
        CaseState state = stateOf(file);
        if (state != needed) revert IAuditLedger.WrongState(caseId, state);
    }
}
