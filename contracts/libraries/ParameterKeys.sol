// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Keys of the parameters that contracts read; daemons read the others by the hash of their names.
library ParameterKeys {
    bytes32 internal constant EPOCH_START = keccak256("epoch_start");
    bytes32 internal constant EPOCH_LENGTH_S = keccak256("epoch_length_s");
    bytes32 internal constant QUERY_FEE = keccak256("query_fee");
    bytes32 internal constant HIT_FEE = keccak256("hit_fee");
    bytes32 internal constant PRICE_VERSION = keccak256("price_version");
    bytes32 internal constant ACTIVATION_DELAY_S = keccak256("activation_delay_s");
    bytes32 internal constant MAX_ADMISSIONS_PER_EPOCH = keccak256("max_admissions_per_epoch");
    bytes32 internal constant KEY_GRACE_S = keccak256("key_grace_s");
    bytes32 internal constant EMERGENCY_SUSPENSION_S = keccak256("emergency_suspension_s");
    bytes32 internal constant EMERGENCY_PAUSE_S = keccak256("emergency_pause_s");
    bytes32 internal constant MAX_BUCKET_BITS = keccak256("max_bucket_bits");
    bytes32 internal constant MAX_BATCH_COUNT = keccak256("max_batch_count");
    bytes32 internal constant MAX_DEADLINE_S = keccak256("max_deadline_s");
    bytes32 internal constant CREDIT_FLOOR = keccak256("credit_floor");
    bytes32 internal constant ADMISSION_GRANT = keccak256("admission_grant");
    bytes32 internal constant ALLOWANCE_RATE = keccak256("allowance_rate");
    bytes32 internal constant ANCHOR_WINDOW_S = keccak256("anchor_window_s");
    bytes32 internal constant REPORT_ANSWER_S = keccak256("report_answer_s");
    bytes32 internal constant REPORT_RETENTION_S = keccak256("report_retention_s");
    bytes32 internal constant NEEDLESS_REPORT_FEE = keccak256("needless_report_fee");
    bytes32 internal constant RATING_REBATE_PERCENT = keccak256("rating_rebate_percent");
    bytes32 internal constant ENTITLEMENT_FLOOR = keccak256("entitlement_floor");
    bytes32 internal constant ENTITLEMENT_PER_RATING = keccak256("entitlement_per_rating");
    bytes32 internal constant ENTITLEMENT_CEILING = keccak256("entitlement_ceiling");
    bytes32 internal constant ANSWER_WINDOW_S = keccak256("answer_window_s");
    bytes32 internal constant RULING_WINDOW_S = keccak256("ruling_window_s");
    bytes32 internal constant APPEAL_WINDOW_S = keccak256("appeal_window_s");
    bytes32 internal constant REVEAL_WINDOW_S = keccak256("reveal_window_s");
    bytes32 internal constant AUDIT_RETENTION_S = keccak256("audit_retention_s");
    bytes32 internal constant AUDIT_SAMPLE_PPM = keccak256("audit_sample_ppm");
    bytes32 internal constant BREACH_PENALTY = keccak256("breach_penalty");
    bytes32 internal constant UNCLAIMED_HIT_PENALTY = keccak256("unclaimed_hit_penalty");
    bytes32 internal constant NEEDLESS_CASE_FEE = keccak256("needless_case_fee");
}
