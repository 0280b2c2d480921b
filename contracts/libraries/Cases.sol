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
        uint32 found; // by the ruling there is
        uint32 most;
        bytes32 answer;
        mapping(address auditor => uint256 found) votes; // plus one; 0: none yet
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
        uint32 most,
        Windows memory windows
    ) internal returns (Case storage file) {
        file = self.cases[caseId];
        if (file.kind != CaseKind.None) revert IAuditLedger.CaseAlreadyOpened(caseId);
        if (opener == accused) revert IAuditLedger.OwnAccuser(accused);
        (file.kind, file.opener, file.accused, file.most) = (kind, opener, accused, most);
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

    /// @dev Notes an auditor's vote, which it gives once; returns whether it changes what the case comes to. Only votes of
    /// present auditors count. As many stand as more than half of them found at least: votes that come later, in time, let
    /// it grow and never lessen it, so that nobody lowers it by being quick, nor raises it alone.
    function vote(Book storage self, bytes32 caseId, address[] storage auditors, address auditor, uint32 found)
        internal
        returns (bool ruled)
    {
        Case storage file = self.cases[caseId];
        if (!growing(file)) _require(file, caseId, CaseState.Answered);
        if (file.votes[auditor] != 0) revert IAuditLedger.AlreadyVoted(caseId, auditor);
        _requireWithinMost(file, caseId, found);
        file.votes[auditor] = uint256(found) + 1;
        (uint256 supported, bool dismissed) = _counted(file, auditors);
        ruled = supported > file.found || (dismissed && file.ruling == Ruling.None);
        if (ruled) _rule(file, SafeCast.toUint32(supported));
    }

    /// @dev Puts another count in the place of what a ruling, or silence, came to; once. 0 dismisses.
    function overturn(Book storage self, bytes32 caseId, uint32 found) internal {
        Case storage file = self.cases[caseId];
        CaseState state = stateOf(file);
        if (state != CaseState.Upheld && state != CaseState.Dismissed) revert IAuditLedger.WrongState(caseId, state);
        if (file.overturned) revert IAuditLedger.AlreadyOverturned(caseId);
        uint256 last = appealBy(file);
        if (block.timestamp > last) revert IAuditLedger.TooLate(block.timestamp, last);
        _requireWithinMost(file, caseId, found);
        if (found == foundOf(file)) revert IAuditLedger.NothingOverturned(caseId, found);
        _rule(file, found);
        file.overturned = true;
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
        if (growing(file)) revert IAuditLedger.TooEarly(block.timestamp, file.decideBy);
        file.settled = true;
    }

    function stateOf(Case storage file) internal view returns (CaseState) {
        if (file.kind == CaseKind.None) return CaseState.None;
        return file.settled ? CaseState.Settled : _outcomeOf(file);
    }

    /// @dev For how many faults it stands, settled or not: those of the ruling, or as many as can be found when it was
    /// lost without one. 0 unless it is upheld.
    function foundOf(Case storage file) internal view returns (uint32) {
        if (file.ruling != Ruling.None) return file.found;
        return _outcomeOf(file) == CaseState.Upheld ? file.most : 0;
    }

    /// @dev Whether a quorum has upheld it and auditors that have not voted yet may still find that there is more.
    function growing(Case storage file) internal view returns (bool) {
        bool upheld = file.ruling == Ruling.Upheld && !file.overturned && !file.settled;
        return upheld && file.found < file.most && block.timestamp <= file.decideBy;
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
            overturned: file.overturned,
            found: foundOf(file),
            most: file.most
        });
    }

    function _rule(Case storage file, uint32 found) private {
        file.ruling = found > 0 ? Ruling.Upheld : Ruling.Dismissed;
        (file.found, file.ruledAt) = (found, SafeCast.toUint48(block.timestamp));
    }

    function _requireWithinMost(Case storage file, bytes32 caseId, uint32 found) private view {
        if (found > file.most) revert IAuditLedger.TooManyFound(caseId, found, file.most);
    }

    /// @dev How many faults more than half of the auditors found at least, and whether more than half found none.
    function _counted(Case storage file, address[] storage auditors)
        private
        view
        returns (uint256 supported, bool dismissed)
    {
        uint256 present = auditors.length;
        uint256[] memory votes = new uint256[](present);
        for (uint256 i = 0; i < present; ++i) {
            votes[i] = file.votes[auditors[i]];
        }
        uint256 dismissing = 0;
        for (uint256 i = 0; i < present; ++i) {
            if (votes[i] == 1) ++dismissing;
            uint256 agreeing = 0;
            for (uint256 j = 0; j < present; ++j) {
                if (votes[j] >= votes[i]) ++agreeing;
            }
            if (agreeing > present / 2 && votes[i] > supported + 1) supported = votes[i] - 1;
        }
        dismissed = dismissing > present / 2;
    }

    /// @dev What a case comes to, whether it has been settled or not.
    function _outcomeOf(Case storage file) private view returns (CaseState) {
        if (file.ruling != Ruling.None) return file.ruling == Ruling.Upheld ? CaseState.Upheld : CaseState.Dismissed;
        if (!file.answered) return block.timestamp <= file.answerBy ? CaseState.Open : CaseState.Upheld;
        if (block.timestamp <= file.decideBy) return CaseState.Answered;
        // A proof that the contract has checked stands when nobody finds that it was rebutted.
        bool proven = file.kind == CaseKind.Contradiction || file.kind == CaseKind.NonceReuse;
        return proven ? CaseState.Upheld : CaseState.Lapsed;
    }

    function _require(Case storage file, bytes32 caseId, CaseState needed) private view {
        CaseState state = stateOf(file);
        if (state != needed) revert IAuditLedger.WrongState(caseId, state);
    }
}
