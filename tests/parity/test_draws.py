"""Draws of audits arrive at the numbers of tests/parity/vectors.json."""

import json
from pathlib import Path
from typing import Any

from oracle.crypto.draws import (
    draw_value,
    element_drawn,
    falls_on,
    leaf_id,
    leaves_drawn,
    mixed,
    seed_commitment,
)
from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import Address, MemberId

DRAW: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())["draws"]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_draw__of_the_vectors__has_their_commitments_mix_and_value() -> None:
    epoch = int(DRAW["epoch"])
    auditors = [Address(auditor) for auditor in DRAW["auditors"]]
    seeds = [_bytes(seed) for seed in DRAW["seeds"]]
    given = zip(auditors, seeds, strict=True)
    commitments = [seed_commitment(epoch, auditor, seed) for auditor, seed in given]
    assert commitments == [_bytes(commitment) for commitment in DRAW["commitments"]]
    mix = mixed(zip(auditors, seeds, strict=True))
    assert mix == mixed(zip(auditors[::-1], seeds[::-1], strict=True)) == _bytes(DRAW["mix"])
    value = draw_value(epoch, _bytes(DRAW["closingHash"]), mix, _bytes(DRAW["instead"]))
    assert value == _bytes(DRAW["value"])


def test_draw__of_the_vectors__falls_on_their_batches_and_elements() -> None:
    value, count = _bytes(DRAW["value"]), int(DRAW["count"])
    for row in DRAW["batches"]:
        requester, batch, place = MemberId(int(row["requester"])), _bytes(row["batch"]), int(row["place"])
        assert not falls_on(value, place, requester, batch)
        assert falls_on(value, place + 1, requester, batch)
        assert element_drawn(value, requester, batch, count) == int(row["element"])


def test_draw__of_the_vectors__falls_on_their_places_of_an_anchor() -> None:
    value, root, rows = _bytes(DRAW["value"]), _bytes(DRAW["root"]), DRAW["leaves"]
    places = [AnchorLeaf(root=root, index=index) for index in range(len(rows))]
    assert [leaf_id(place) for place in places] == [_bytes(row["leaf"]) for row in rows]
    for sample_ppm in (0, 1, 100_000, int(rows[7]["place"]), int(rows[7]["place"]) + 1, 1_000_000):
        fallen = [place for place, row in zip(places, rows, strict=True) if int(row["place"]) < sample_ppm]
        assert leaves_drawn(value, sample_ppm, MemberId(3), root, range(len(rows))) == tuple(fallen)
