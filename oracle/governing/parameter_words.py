"""The unit of each governed number and what it is for, in one line."""

from collections.abc import Mapping
from typing import Final

_PREFIX_BITS: Final = "prefix_bits_"
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "voting_delay_s": ("s", "from a proposal to its snapshot of votes"),
    "voting_period_s": ("s", "from the snapshot to the end of voting"),
    "timelock_delay_s": ("s", "from passing to execution"),
    "quorum_percent": ("%", "of all votes, cast for or abstaining, rounded up"),
    "epoch_start": ("unix s", "moment of the deployment; never changes"),
    "epoch_length_s": ("s", "length of an epoch"),
    "finality_depth": ("blocks", "on top of a block before it counts"),
    "claim_window_s": ("s", "for claims, after a batch's deadline"),
    "dispute_window_s": ("s", "how much longer snapshots are kept"),
    "max_batch_count": ("elements", "of one batch at most"),
    "max_deadline_s": ("s", "from a commitment to its deadline at most"),
    "max_bucket_bits": ("levels", "of a snapshot's tree at most"),
    "publish_interval_s": ("s", "between two snapshots of a member"),
    "activation_delay_s": ("s", "from an admission to the vote"),
    "key_grace_s": ("s", "the longest grace of a replaced key"),
    "emergency_suspension_s": ("s", "how long an emergency suspension lasts"),
    "emergency_pause_s": ("s", "from one emergency suspension of a member to the next"),
    "max_admissions_per_epoch": ("members", "that votes may admit in one epoch"),
    "credit_floor": ("credits", "a balance may fall to minus this"),
    "admission_grant": ("credits", "that a member begins with"),
    "allowance_rate": ("credits", "of an epoch's allowance for each thousand evaluations of entitlement"),
    "query_fee": ("credits", "for each element of an accepted reply"),
    "hit_fee": ("credits", "for a hit at a score of 5,000"),
    "rating_rebate_percent": ("%", "of the least price of a hit, that rating one earns back from its holder"),
    "entitlement_floor": ("evaluations", "that every member may make in an epoch"),
    "entitlement_per_rating": ("evaluations", "more for each confirmed rating that counts"),
    "entitlement_ceiling": ("evaluations", "that no member's entitlement exceeds"),
    "answer_window_s": ("s", "for a member to answer an audit or a dispute"),
    "ruling_window_s": ("s", "for the auditors to decide, after that"),
    "appeal_window_s": ("s", "in which a vote may overturn a verdict or an unanswered report"),
    "reveal_window_s": ("s", "for auditors to reveal their seeds, after an epoch"),
    "anchor_window_s": ("s", "from an express request to the earliest report that it is not anchored"),
    "report_answer_s": ("s", "for a requester to answer a report"),
    "report_retention_s": ("s", "how old a reported request may be"),
    "needless_report_fee": ("credits", "that whoever was wrong in an answered report pays"),
    "audit_retention_s": ("s", "nothing older is audited"),
    "audit_sample_ppm": ("batches", "of a million that a draw falls on"),
    "breach_penalty": ("credits", "that a breach costs"),
    "unclaimed_hit_penalty": ("credits", "more for each hit that an audit found read and not claimed"),
    "needless_case_fee": ("credits", "that a dismissed audit for cause costs who asked for it"),
    "express_max_age_s": ("s", "age of the reference block of an express query at most"),
    "subject_rules_hash": ("hash", "of the rules by which subjects are read"),
    "code_lists_hash": ("hash", "of the lists of categories, purposes and reasons"),
    "purpose_count": ("codes", "purposes are the codes from 1 to this"),
}


def words_for(name: str) -> tuple[str, str]:
    """Unit and purpose; both empty for a parameter of a later version of the contracts."""
    if name.startswith(_PREFIX_BITS):
        return "bits", f"prefix of a query about subject type {name.removeprefix(_PREFIX_BITS)}"
    return WORDS.get(name, ("", ""))
