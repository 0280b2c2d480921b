// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Fading} from "../../contracts/libraries/Fading.sol";
import {QualityBook} from "../../contracts/libraries/QualityBook.sol";
import {Scores} from "../../contracts/libraries/Scores.sol";
import {vm} from "./Vm.sol";

/// @dev Solidity arrives at the scores, entitlements and weights of tests/parity/vectors.json.
contract QualityParityTest {
    using QualityBook for QualityBook.Book;
    using QualityBook for QualityBook.Tally;
    using QualityBook for QualityBook.Freshness;
    using QualityBook for QualityBook.Breaches;

    uint64 private constant HOLDER = 1;
    uint8 private constant CATEGORY = 3;

    string private json;
    QualityBook.Book private book;

    function setUp() public {
        json = vm.readFile("./tests/parity/vectors.json");
    }

    function test_scores_entitlements_and_hit_prices__agree() public view {
        uint256 cases;
        for (; exists(".scores", cases); ++cases) {
            string memory place = at(".scores", cases);
            uint256 score =
                Scores.bps(u(place, ".confirmed"), u(place, ".refuted"), u(place, ".freshBps"), u(place, ".breachBps"));
            vm.assertEq(score, u(place, ".scoreBps"), place);
            vm.assertEq(Scores.hitPrice(u(place, ".hitFee"), score), u(place, ".hitPrice"), place);
            vm.assertEq(
                entitlement(Scores.merit(u(place, ".confirmed"), u(place, ".refuted")), score),
                u(place, ".entitlement"),
                place
            );
        }
        vm.assertEq(cases, 7);
    }

    function test_fading__agrees() public view {
        uint256 cases;
        for (; exists(".fading", cases); ++cases) {
            string memory place = at(".fading", cases);
            vm.assertEq(Fading.down(u(place, ".value"), u(place, ".epochs")), u(place, ".down"), place);
            vm.assertEq(Fading.up(u(place, ".value"), u(place, ".epochs")), u(place, ".up"), place);
        }
        vm.assertEq(cases, 35);
    }

    function test_a_holder_s_story__agrees_at_every_epoch() public {
        uint256 cases;
        for (; exists(".quality", cases); ++cases) {
            string memory place = at(".quality", cases);
            uint64 epoch = uint64(u(place, ".epoch"));
            requireStanding(place, epoch);
            for (uint256 i = 0; exists(string.concat(place, ".publications"), i); ++i) {
                uint256 changed = vm.parseJsonUint(json, at(string.concat(place, ".publications"), i));
                book.noteChanged(HOLDER, epoch, uint32(changed));
            }
            uint64 rater = uint64(u(place, ".rater"));
            book.rate(rater, HOLDER, CATEGORY, epoch, u(place, ".confirmed"), u(place, ".refuted"));
            book.rate(HOLDER, rater, CATEGORY, epoch, u(place, ".returned"), 0);
            for (uint256 i = 0; i < u(place, ".breaches"); ++i) {
                book.breach(HOLDER, epoch);
            }
            requireStanding(place, epoch); // whatever happens in an epoch moves nothing in it
        }
        vm.assertEq(cases, 9);
    }

    function requireStanding(string memory place, uint64 epoch) private view {
        (uint256 confirmed, uint256 refuted) = book.tallies[HOLDER][QualityBook.ALL].weights(epoch);
        (uint256 fresh, uint256 breaches) =
            (book.freshness[HOLDER].freshBps(epoch), book.breaches[HOLDER].breachBps(epoch));
        uint256 score = Scores.bps(confirmed, refuted, fresh, breaches);
        vm.assertEq(confirmed, u(place, ".confirmedWeight"), place);
        vm.assertEq(refuted, u(place, ".refutedWeight"), place);
        vm.assertEq(fresh, u(place, ".freshBps"), place);
        vm.assertEq(breaches, u(place, ".breachBps"), place);
        vm.assertEq(score, u(place, ".scoreBps"), place);
        vm.assertEq(entitlement(Scores.merit(confirmed, refuted), score), u(place, ".entitlement"), place);
    }

    function u(string memory place, string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(place, name));
    }

    function exists(string memory list, uint256 index) private view returns (bool) {
        return vm.keyExistsJson(json, at(list, index));
    }

    function at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function entitlement(uint256 merit, uint256 score) private pure returns (uint256) {
        return Scores.entitlement(merit, score, 10_000, 1_000, 1_000_000);
    }
}
