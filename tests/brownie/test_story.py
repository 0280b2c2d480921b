"""Admission by vote, a committed query and its settlement, one after the other on one chain."""

import brownie
from brownie import accounts, chain, web3
from eth_account import Account
from eth_account.messages import encode_typed_data

FOR = 1
ACTIVE = 2
VOUCHER = [
    {"name": name, "type": kind}
    for name, kind in (
        ("requester", "uint64"),
        ("holder", "uint64"),
        ("queries", "uint64"),
        ("hits", "uint64"),
        ("amount", "uint256"),
        ("priceVersion", "uint32"),
        ("keyVersion", "uint32"),
    )
]


def test_deployer__after_the_deployment__holds_no_role(consortium):
    for name in ("MemberRegistry", "ProtocolParameters", "ConsortiumTimelock"):
        assert not consortium[name].hasRole("0x" + "00" * 32, accounts[0])
    with brownie.reverts():
        consortium["MemberRegistry"].found(consortium.members[-1].application, consortium.sent(accounts[0]))


def test_newcomer__admitted_by_two_of_three__is_active_and_votes(consortium):
    registry, governor = consortium["MemberRegistry"], consortium["ConsortiumGovernor"]
    newcomer = consortium.members[-1]
    call = registry.admit.encode_input(newcomer.application)
    motion = ([registry.address], [0], [call])
    title = "Admit Newcomer"
    proposed = governor.propose(*motion, title, consortium.sent(consortium.members[0].operator))
    proposal = proposed.events["ProposalCreated"]["proposalId"]
    consortium.wait(2)
    for voter in consortium.members[:2]:
        governor.castVote(proposal, FOR, consortium.sent(voter.governance))
    consortium.wait(61)
    digest = web3.keccak(text=title)
    governor.queue(*motion, digest, consortium.sent(accounts[0]))
    consortium.wait(6)
    governor.execute(*motion, digest, consortium.sent(accounts[0]))
    consortium.wait(3)
    registry.activate(4, consortium.sent(accounts[0]))
    assert registry.statusOf(4) == ACTIVE
    assert registry.getVotes(newcomer.governance) == 1


def test_batch__committed_by_an_operator__stands_under_its_requester(consortium):
    queries, batch = consortium["QueryLedger"], "0x" + "ab" * 32
    deadline = chain[-1].timestamp + 600
    commit = queries.commit([(batch, 3, deadline)], consortium.sent(consortium.members[0].operator))
    assert commit.events["Committed"]["requester"] == 1
    assert queries.commitmentOf(1, batch)["count"] == 3
    with brownie.reverts():
        queries.commit([(batch, 3, deadline)], consortium.sent(consortium.members[0].operator))
    with brownie.reverts():
        queries.commit([(batch, 3, deadline)], consortium.sent(accounts[0]))


def test_voucher__redeemed_by_its_holder__moves_what_it_owes_once(consortium):
    credit_ledger, owed = consortium["CreditLedger"], 78  # three queries of 1 and a hit at 75
    before = credit_ledger.balanceOf(1), credit_ledger.balanceOf(2)
    voucher = (1, 2, 3, 1, owed, 1, 1)
    signature = _signed(credit_ledger, voucher, consortium.members[0].operator.private_key)
    credit_ledger.redeem([voucher], [signature], consortium.sent(consortium.members[1].operator))
    assert (credit_ledger.balanceOf(1), credit_ledger.balanceOf(2)) == (before[0] - owed, before[1] + owed)
    with brownie.reverts():
        credit_ledger.redeem([voucher], [signature], consortium.sent(consortium.members[1].operator))


def _signed(credit_ledger, voucher, key):
    message = {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Voucher": VOUCHER,
        },
        "primaryType": "Voucher",
        "domain": {
            "name": "Riskmesh Credits",
            "version": "1",
            "chainId": web3.eth.chain_id,
            "verifyingContract": credit_ledger.address,
        },
        "message": dict(zip((field["name"] for field in VOUCHER), voucher, strict=True)),
    }
    return Account.sign_message(encode_typed_data(full_message=message), key).signature
