"""Anchors and accounts: the product's arithmetic against the vectors that Solidity arrives at too."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.crypto.anchor_tree import AnchoredBatch, AnchorNode, anchor_proof, anchor_root, proves
from oracle.domain.ids import BatchId
from oracle.rules.credits import Account, coverable

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
FLOOR = 500


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _batches(case: dict[str, Any]) -> list[AnchoredBatch]:
    pairs = zip(case["batches"], case["counts"], strict=True)
    return [AnchoredBatch(batch_id=BatchId(_bytes(batch)), count=int(count)) for batch, count in pairs]


@pytest.mark.parametrize("case", VECTORS["anchors"], ids=lambda case: str(len(case["batches"])))
def test_anchor__of_each_size__has_the_root_and_proofs_of_the_vectors(case: dict[str, Any]) -> None:
    batches = _batches(case)

    root = anchor_root(batches)

    assert root == AnchorNode(hash=_bytes(case["root"]), elements=int(case["elements"]))
    for index, proof in enumerate(case["proofs"]):
        hashes, sums = map(_bytes, proof["hashes"]), map(int, proof["elements"])
        siblings = tuple(
            AnchorNode(hash=hashed, elements=elements) for hashed, elements in zip(hashes, sums, strict=True)
        )
        assert anchor_proof(batches, index) == siblings
        assert proves(root, batches=len(batches), batch=batches[index], index=index, siblings=siblings)


@pytest.mark.parametrize("moves", VECTORS["accounts"], ids=range(len(VECTORS["accounts"])))
def test_account__after_every_move__is_the_one_of_the_vectors(moves: list[dict[str, str]]) -> None:
    account = Account()

    for move in moves:
        account = _moved(account, move)

        assert (account.balance, account.unspent) == (int(move["balance"]), int(move["unspent"]))


def _moved(account: Account, move: dict[str, str]) -> Account:
    amount = int(move["amount"])
    match move["kind"]:
        case "allow":
            assert account.unspent == int(move["expired"])
            return account.allowed(int(move["epoch"]), amount)
        case "grant" | "receive":
            return account.credited(amount)
        case "pay":
            paid = coverable(balance=account.balance, floor=FLOOR, owed=amount)
            assert paid == int(move["moved"])
            return account.debited(paid)
        case _:
            return account.debited(amount)


@given(st.data())
def test_anchor__changed_in_any_way__proves_nothing(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
    batches = [AnchoredBatch(batch_id=BatchId(bytes([i]) * 32), count=n) for i, n in enumerate(counts)]
    index = data.draw(st.integers(0, len(batches) - 1))
    root, siblings = anchor_root(batches), list(anchor_proof(batches, index))
    batch = batches[index]
    assert proves(root, batches=len(batches), batch=batch, index=index, siblings=siblings)

    more = AnchoredBatch(batch_id=batch.batch_id, count=batch.count + 1)
    fewer = AnchorNode(hash=root.hash, elements=root.elements - 1)
    assert not proves(root, batches=len(batches), batch=more, index=index, siblings=siblings)
    assert not proves(fewer, batches=len(batches), batch=batch, index=index, siblings=siblings)
    assert not proves(root, batches=len(batches), batch=batch, index=len(batches), siblings=siblings)
    assert not proves(root, batches=len(batches), batch=batch, index=index, siblings=[*siblings, root])
    if siblings:
        assert not proves(root, batches=len(batches), batch=batch, index=index, siblings=siblings[:-1])
