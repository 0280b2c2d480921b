// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {CreditLedger} from "../../contracts/accounts/CreditLedger.sol";
import {AuditLedger} from "../../contracts/audit/AuditLedger.sol";
import {DatasetRegistry} from "../../contracts/data/DatasetRegistry.sol";
import {ConsortiumGovernor} from "../../contracts/governance/ConsortiumGovernor.sol";
import {ConsortiumTimelock} from "../../contracts/governance/ConsortiumTimelock.sol";
import {ProtocolParameters} from "../../contracts/governance/ProtocolParameters.sol";
import {IProtocolParameters} from "../../contracts/interfaces/IProtocolParameters.sol";
import {MessageHashes} from "../../contracts/libraries/MessageHashes.sol";
import {MemberRegistry} from "../../contracts/membership/MemberRegistry.sol";
import {QualityLedger} from "../../contracts/quality/QualityLedger.sol";
import {QueryLedger} from "../../contracts/queries/QueryLedger.sol";
import {Application} from "../../contracts/types/Members.sol";
import {Departure, OperatorRotation, Voucher} from "../../contracts/types/Messages.sol";
import {vm} from "./Vm.sol";

/// @dev A consortium of three founders, deployed and handed over as a real one is. The test is the deployer.
abstract contract World {
    using MessageHashes for Departure;
    using MessageHashes for OperatorRotation;
    using MessageHashes for Voucher;

    uint64 internal constant FOUNDERS = 3;
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant EPOCH = 1 days;
    uint256 internal constant ACTIVATION_DELAY = 1 hours;
    uint64 internal constant KEY_GRACE = 1 days;
    uint256 internal constant FLOOR = 500;
    uint256 internal constant GRANT = 1000;
    uint256 internal constant ALLOWANCE_RATE = 500;
    uint256 internal constant ANCHOR_WINDOW = 1 hours;
    uint256 internal constant REPORT_ANSWER = 1 days;
    uint256 internal constant REPORT_RETENTION = 30 days;
    uint256 internal constant QUERY_FEE = 1;
    uint256 internal constant HIT_FEE = 20;
    uint256 internal constant REBATE_PERCENT = 10;
    uint256 internal constant ENTITLEMENT_FLOOR = 10_000;
    uint256 internal constant PER_RATING = 1_000;
    uint256 internal constant ENTITLEMENT_CEILING = 1_000_000;
    uint256 internal constant ANSWER_WINDOW = 1 days;
    uint256 internal constant RULING_WINDOW = 2 days;
    uint256 internal constant APPEAL_WINDOW = 3 days;
    uint256 internal constant REVEAL_WINDOW = 6 hours;
    uint256 internal constant RETENTION = 30 days;
    uint32 internal constant SAMPLE_PPM = 100_000;
    uint256 internal constant BREACH_PENALTY = 50;
    uint256 internal constant UNCLAIMED_HIT_PENALTY = 7;
    uint256 internal constant NEEDLESS_FEE = 10;
    uint48 internal constant VOTING_DELAY = 10;
    uint32 internal constant VOTING_PERIOD = 600;
    uint256 internal constant TIMELOCK_DELAY = 300;
    uint256 internal constant QUORUM_PERCENT = 50;

    ProtocolParameters internal parameters;
    MemberRegistry internal registry;
    ConsortiumTimelock internal timelock;
    ConsortiumGovernor internal governor;
    DatasetRegistry internal datasets;
    CreditLedger internal credits;
    QueryLedger internal queries;
    QualityLedger internal quality;
    AuditLedger internal audits;

    function setUp() public virtual {
        vm.warp(START);
        deploy();
        for (uint256 i = 1; i <= FOUNDERS; ++i) {
            credits.claimGrant(registry.found(application(i)));
        }
        registry.closeFounding();
        handOver();
        vm.warp(START + 60);
    }

    function deploy() internal {
        parameters = new ProtocolParameters(declarations(), address(this));
        registry = new MemberRegistry(parameters, address(this));
        address[] memory anyone = new address[](1);
        timelock = new ConsortiumTimelock(TIMELOCK_DELAY, new address[](0), anyone, address(this));
        governor = new ConsortiumGovernor(registry, timelock, VOTING_DELAY, VOTING_PERIOD, QUORUM_PERCENT);
        credits = new CreditLedger(registry, parameters, address(this));
        quality = new QualityLedger(registry, parameters, credits, address(this));
        datasets = new DatasetRegistry(registry, parameters, quality, address(this));
        credits.setQualityLedger(quality);
        queries = new QueryLedger(registry, parameters, credits, quality, address(this));
        audits = new AuditLedger(
            registry, parameters, AuditLedger.Ledgers(datasets, queries, credits, quality), address(this)
        );
    }

    function handOver() internal {
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(bytes32(0), address(this));
        parameters.grantRole(parameters.GOVERNOR_ROLE(), address(timelock));
        parameters.grantRole(bytes32(0), address(timelock));
        parameters.renounceRole(bytes32(0), address(this));
        registry.grantRole(registry.GOVERNOR_ROLE(), address(timelock));
        registry.grantRole(bytes32(0), address(timelock));
        registry.grantRole(registry.EMERGENCY_ROLE(), address(audits));
        registry.renounceRole(bytes32(0), address(this));
        audits.grantRole(audits.GOVERNOR_ROLE(), address(timelock));
        audits.grantRole(bytes32(0), address(timelock));
        audits.renounceRole(bytes32(0), address(this));
        quality.grantRole(quality.FRESHNESS_ROLE(), address(datasets));
        quality.grantRole(quality.REPORTER_ROLE(), address(queries));
        quality.grantRole(quality.REPORTER_ROLE(), address(audits));
        quality.grantRole(quality.GOVERNOR_ROLE(), address(timelock));
        quality.grantRole(bytes32(0), address(timelock));
        quality.renounceRole(bytes32(0), address(this));
        datasets.grantRole(datasets.GOVERNOR_ROLE(), address(timelock));
        datasets.grantRole(bytes32(0), address(timelock));
        datasets.renounceRole(bytes32(0), address(this));
        credits.grantRole(credits.ACCOUNTANT_ROLE(), address(audits));
        credits.grantRole(credits.REBATE_ROLE(), address(quality));
        queries.grantRole(bytes32(0), address(timelock));
        queries.renounceRole(bytes32(0), address(this));
        credits.grantRole(credits.ACCOUNTANT_ROLE(), address(queries));
        credits.grantRole(bytes32(0), address(timelock));
        credits.renounceRole(bytes32(0), address(this));
    }

    /// @dev The next call is one that a vote has decided on.
    function decided() internal {
        vm.prank(address(timelock));
    }

    function admitted(uint256 i) internal returns (uint64 memberId) {
        Application memory applicant = application(i);
        decided();
        return registry.admit(applicant);
    }

    function suspended(uint64 memberId) internal {
        decided();
        registry.suspend(memberId);
    }

    function left(uint64 memberId) internal {
        vm.prank(registry.governanceOf(memberId));
        registry.leave(memberId, "");
    }

    /// @dev The member's operator is the account of `key` from now on; the one before counts for `graceS` more seconds.
    function rotated(uint64 memberId, uint256 key, uint64 graceS) internal {
        (address next, bytes memory possession_) = (vm.addr(key), rotationSigned(key, memberId, vm.addr(key), graceS));
        vm.prank(registry.governanceOf(memberId));
        registry.rotateOperator(memberId, next, graceS, possession_, "");
    }

    function redeemed(Voucher memory voucher, uint256 signerKey) internal {
        (Voucher[] memory vouchers, bytes[] memory signatures) = single(voucher, signature(voucher, signerKey));
        vm.prank(operator(voucher.holder));
        credits.redeem(vouchers, signatures);
    }

    function redeemed(Voucher memory voucher) internal {
        redeemed(voucher, operatorKey(voucher.requester));
    }

    /// @dev Signature by `key` of the order to make `operator_` the member's next operator.
    function rotationSigned(uint256 key, uint64 memberId, address operator_, uint64 graceS)
        internal
        view
        returns (bytes memory)
    {
        uint32 next = registry.identity(memberId).operatorVersion + 1;
        return rotationSigned(key, memberId, next, operator_, graceS);
    }

    function rotationSigned(uint256 key, uint64 memberId, uint32 version, address operator_, uint64 graceS)
        internal
        view
        returns (bytes memory)
    {
        return signedForRegistry(key, OperatorRotation(memberId, version, operator_, graceS).hash());
    }

    function departureSigned(uint256 key, uint64 memberId) internal view returns (bytes memory) {
        return signedForRegistry(key, Departure(memberId).hash());
    }

    function signedForRegistry(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Riskmesh"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
        return abi.encodePacked(r, s, v);
    }

    /// @dev Greatest voucher of a pair whose totals fit an amount at the first prices.
    function paymentOf(uint64 requester, uint64 holder, uint256 amount) internal pure returns (Voucher memory) {
        return voucherOf(requester, holder, uint64(amount), uint64(amount / HIT_FEE), amount);
    }

    function signature(Voucher memory voucher, uint256 signerKey) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, digest(voucher));
        return abi.encodePacked(r, s, v);
    }

    function digest(Voucher memory voucher) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Riskmesh Credits"),
                keccak256("1"),
                block.chainid,
                address(credits)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, voucher.hash()));
    }

    function application(uint256 i) internal pure returns (Application memory) {
        return Application({
            governance: governance(i),
            operator: operator(i),
            sealingSuite: 1,
            sealingKey: abi.encodePacked(keccak256(abi.encode("sealing", i))),
            oprfKey: keccak256(abi.encode("oprf", i)),
            oprfPossession: possession(i),
            endpoint: "https://member.example:8443",
            certificate: abi.encode("certificate", i),
            profileHash: keccak256(abi.encode("profile", i))
        });
    }

    function possession(uint256 i) internal pure returns (bytes memory) {
        return
            abi.encodePacked(
                keccak256(abi.encode("Z", i)), keccak256(abi.encode("c", i)), keccak256(abi.encode("s", i))
            );
    }

    function voucherOf(uint64 requester, uint64 holder, uint64 count, uint64 hits, uint256 amount)
        internal
        pure
        returns (Voucher memory)
    {
        return Voucher({
            requester: requester,
            holder: holder,
            queries: count,
            hits: hits,
            amount: amount,
            priceVersion: 1,
            keyVersion: 1
        });
    }

    function single(Voucher memory voucher, bytes memory signature_)
        internal
        pure
        returns (Voucher[] memory vouchers, bytes[] memory signatures)
    {
        vouchers = new Voucher[](1);
        signatures = new bytes[](1);
        (vouchers[0], signatures[0]) = (voucher, signature_);
    }

    function governanceKey(uint256 i) internal pure returns (uint256) {
        return 0x10000 + i;
    }

    function operatorKey(uint256 i) internal pure returns (uint256) {
        return 0x20000 + i;
    }

    function governance(uint256 i) internal pure returns (address) {
        return vm.addr(governanceKey(i));
    }

    function operator(uint256 i) internal pure returns (address) {
        return vm.addr(operatorKey(i));
    }

    function bounded(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        uint256 width = max - min;
        return width == type(uint256).max ? value : min + value % (width + 1);
    }

    function missingRole(address account, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("AccessControlUnauthorizedAccount(address,bytes32)", account, role);
    }

    function declarations() internal pure returns (IProtocolParameters.Declaration[] memory list) {
        list = new IProtocolParameters.Declaration[](33);
        list[0] = IProtocolParameters.Declaration("epoch_start", START, START, START);
        list[1] = IProtocolParameters.Declaration("epoch_length_s", 1 hours, 30 days, EPOCH);
        list[2] = IProtocolParameters.Declaration("query_fee", 0, 1000, QUERY_FEE);
        list[3] = IProtocolParameters.Declaration("hit_fee", 0, type(uint96).max, HIT_FEE);
        list[4] = IProtocolParameters.Declaration("activation_delay_s", 0, 30 days, ACTIVATION_DELAY);
        list[5] = IProtocolParameters.Declaration("max_admissions_per_epoch", 1, 100, 2);
        list[6] = IProtocolParameters.Declaration("max_bucket_bits", 0, 32, 24);
        list[7] = IProtocolParameters.Declaration("max_batch_count", 1, 1000, 1000);
        list[8] = IProtocolParameters.Declaration("max_deadline_s", 60, 7 days, 1 hours);
        list[9] = IProtocolParameters.Declaration("credit_floor", 0, type(uint64).max, FLOOR);
        list[10] = IProtocolParameters.Declaration("admission_grant", 0, type(uint64).max, GRANT);
        list[27] = IProtocolParameters.Declaration("anchor_window_s", 1, 7 days, ANCHOR_WINDOW);
        list[28] = IProtocolParameters.Declaration("report_answer_s", 1, 30 days, REPORT_ANSWER);
        list[29] = IProtocolParameters.Declaration("report_retention_s", 1 days, 366 days, REPORT_RETENTION);
        list[30] = IProtocolParameters.Declaration("needless_report_fee", 0, type(uint64).max, NEEDLESS_FEE);
        list[31] = IProtocolParameters.Declaration("rating_rebate_percent", 0, 50, REBATE_PERCENT);
        list[18] = IProtocolParameters.Declaration("allowance_rate", 0, type(uint32).max, ALLOWANCE_RATE);
        list[11] = IProtocolParameters.Declaration("finality_depth", 0, 1000, 0);
        list[12] = IProtocolParameters.Declaration("entitlement_floor", 0, 2 ** 48, ENTITLEMENT_FLOOR);
        list[13] = IProtocolParameters.Declaration("entitlement_per_rating", 0, 2 ** 32, PER_RATING);
        list[14] = IProtocolParameters.Declaration("entitlement_ceiling", 0, 2 ** 48, ENTITLEMENT_CEILING);
        list[15] = IProtocolParameters.Declaration("key_grace_s", 0, 30 days, KEY_GRACE);
        list[16] = IProtocolParameters.Declaration("emergency_suspension_s", 1, 3 days, 3 days);
        list[19] = IProtocolParameters.Declaration("answer_window_s", 1 hours, 30 days, ANSWER_WINDOW);
        list[20] = IProtocolParameters.Declaration("ruling_window_s", 1 hours, 60 days, RULING_WINDOW);
        list[21] = IProtocolParameters.Declaration("appeal_window_s", 0, 90 days, APPEAL_WINDOW);
        list[22] = IProtocolParameters.Declaration("reveal_window_s", 60, 30 days, REVEAL_WINDOW);
        list[23] = IProtocolParameters.Declaration("audit_retention_s", 1 days, 3650 days, RETENTION);
        list[24] = IProtocolParameters.Declaration("audit_sample_ppm", 0, 1_000_000, SAMPLE_PPM);
        list[25] = IProtocolParameters.Declaration("breach_penalty", 0, 2 ** 64, BREACH_PENALTY);
        list[26] = IProtocolParameters.Declaration("needless_case_fee", 0, 2 ** 64, NEEDLESS_FEE);
        list[32] = IProtocolParameters.Declaration("unclaimed_hit_penalty", 0, 2 ** 48, UNCLAIMED_HIT_PENALTY);
        list[17] = IProtocolParameters.Declaration("emergency_pause_s", 30 days, 366 days, 30 days);
    }
}
