"""Votes signed where the governance key is: the digest, the signature, and the file that carries one."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from oracle.api.schema import Address, ProposalId
from oracle.cli.errors import UsageWrong, WrongVoter
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import Signer
from oracle.domain.reports import BallotForm, SignedBallot, Support

GOVERNOR_NAME = "Riskmesh Governor"
GOVERNOR_VERSION = "1"
"""Of the `ConsortiumGovernor`; a daemon reads them from the chain, an offline vote takes them from here."""

_DOMAIN_TYPE = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_BALLOT_TYPE = keccak256(b"Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)")


class BallotFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ballot.json`, version 1: a signed vote on its way from the machine that holds the key."""

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    proposal: ProposalId
    support: Support
    voter: Address
    signature: Annotated[str, Meta(pattern="^0x([0-9a-fA-F]{2}){1,4096}$", max_length=8_194)]


def sign_ballot(form: BallotForm, signer: Signer) -> SignedBallot:
    """The vote of `form`, signed; raises `WrongVoter` when the key is another account's."""
    if signer.address != form.voter:
        raise WrongVoter(
            f"The key folder holds the governance key of {signer.address}, the vote belongs to {form.voter}. "
            "Use the folder with that account's governance.json, or a wallet and --ballot."
        )
    return SignedBallot(
        proposal_id=form.proposal_id,
        support=form.support,
        voter=form.voter,
        signature=signer.sign(ballot_digest(form)),
    )


def ballot_digest(form: BallotForm) -> bytes:
    """EIP-712 digest of OpenZeppelin's `Ballot`, which `castVoteBySig` checks."""
    domain = keccak256(
        _DOMAIN_TYPE
        + keccak256(form.governor_name.encode())
        + keccak256(form.governor_version.encode())
        + _word(form.chain_id)
        + _address(form.verifying_contract)
    )
    ballot = keccak256(
        _BALLOT_TYPE
        + _word(int(form.proposal_id))
        + _word(form.support.code)
        + _address(form.voter)
        + _word(form.nonce)
    )
    return keccak256(b"\x19\x01" + domain + ballot)


def ballot_file(ballot: SignedBallot) -> BallotFile:
    """The file that carries this vote."""
    return BallotFile(
        proposal=ballot.proposal_id,
        support=ballot.support,
        voter=ballot.voter,
        signature="0x" + ballot.signature.hex(),
    )


def write_ballot(path: Path, ballot: SignedBallot) -> None:
    """Write a new file; an existing one is not replaced."""
    text = msgspec.json.format(msgspec.json.encode(ballot_file(ballot)), indent=2) + b"\n"
    try:
        with path.open("xb") as file:
            file.write(text)
    except OSError as error:
        raise UsageWrong(f"Cannot write {path}: {error.strerror}. Give another name with --out.") from error


def read_ballot(path: Path) -> SignedBallot:
    """The vote in a file."""
    try:
        parsed = msgspec.json.decode(path.read_bytes(), type=BallotFile)
    except OSError as error:
        raise UsageWrong(f"Cannot read {path}: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageWrong(f"{path} is not a ballot: {error}. Make it with vote --offline.") from error
    return SignedBallot(
        proposal_id=parsed.proposal,
        support=parsed.support,
        voter=parsed.voter,
        signature=bytes.fromhex(parsed.signature[2:]),
    )


def _word(value: int) -> bytes:
    try:
        return value.to_bytes(32, "big")
    except OverflowError as error:
        raise UsageWrong("A number of the ballot does not fit into 256 bits.") from error


def _address(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\x00")
