"""The shapes of governance at the edge: the application file and the EIP-712 data of a ballot."""

from typing import Annotated

from msgspec import Meta, Struct, field

from oracle.api.schema import Address, Body, Digest, ProposalId
from oracle.chain.quantities import checksummed
from oracle.crypto.keccak import keccak256
from oracle.domain.application import Application
from oracle.domain.reports import BallotForm, Support

APPLICATION_VERSION = 1
_MAX_BYTES_HEX = 2 + 2 * 2048


class ApplicationFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`application.json`, version 1: written by `riskmesh init`, voted on by the members."""

    version: Annotated[int, Meta(ge=APPLICATION_VERSION, le=APPLICATION_VERSION)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    governance: Address
    operator: Address
    sealing_suite: Annotated[int, Meta(ge=1, le=65_535)] = field(name="sealingSuite")
    sealing_key: Annotated[str, Meta(pattern="^0x([0-9a-fA-F]{2})+$", max_length=_MAX_BYTES_HEX)] = field(
        name="sealingKey"
    )
    oprf_key: Digest = field(name="oprfKey")
    oprf_possession: Annotated[str, Meta(pattern="^0x[0-9a-fA-F]{192}$", max_length=194)] = field(
        name="oprfPossession"
    )
    endpoint: Annotated[str, Meta(pattern="^https://", max_length=256)]
    certificate: Annotated[str, Meta(pattern="^0x([0-9a-fA-F]{2})+$", max_length=_MAX_BYTES_HEX)]
    profile_hash: Digest = field(name="profileHash")

    def application(self) -> Application:
        """The domain value; raises ValueError when the profile hash is not that of the name."""
        if bytes.fromhex(self.profile_hash[2:]) != keccak256(self.name.encode()):
            raise ValueError("profileHash is not the keccak256 of the name")
        return Application(
            name=self.name,
            governance=checksummed(bytes.fromhex(self.governance[2:])),
            operator=checksummed(bytes.fromhex(self.operator[2:])),
            sealing_suite=self.sealing_suite,
            sealing_key=bytes.fromhex(self.sealing_key[2:]),
            oprf_key=bytes.fromhex(self.oprf_key[2:]),
            oprf_possession=bytes.fromhex(self.oprf_possession[2:]),
            endpoint=self.endpoint,
            certificate=bytes.fromhex(self.certificate[2:]),
            profile_hash=bytes.fromhex(self.profile_hash[2:]),
        )


def application_file(application: Application) -> ApplicationFile:
    """The file that states this application."""
    return ApplicationFile(
        version=APPLICATION_VERSION,
        name=application.name,
        governance=application.governance,
        operator=application.operator,
        sealing_suite=application.sealing_suite,
        sealing_key=_hex(application.sealing_key),
        oprf_key=_hex(application.oprf_key),
        oprf_possession=_hex(application.oprf_possession),
        endpoint=application.endpoint,
        certificate=_hex(application.certificate),
        profile_hash=_hex(application.profile_hash),
    )


class ProposeAdmission(Body, frozen=True, kw_only=True):
    """Proposes to admit an institution."""

    application: ApplicationFile


class TypedField(Struct, frozen=True, kw_only=True):
    """A field of an EIP-712 type."""

    name: str
    type: str


class BallotDomain(Struct, frozen=True, kw_only=True):
    """The governor's EIP-712 domain."""

    name: str
    version: str
    chain_id: int = field(name="chainId")
    verifying_contract: Address = field(name="verifyingContract")


class BallotMessage(Struct, frozen=True, kw_only=True):
    """OpenZeppelin's `Ballot`."""

    proposal_id: ProposalId = field(name="proposalId")
    support: int
    voter: Address
    nonce: int


class BallotTypedData(Struct, frozen=True, kw_only=True):
    """What `eth_signTypedData_v4` takes: any wallet that speaks EIP-712 can sign the vote."""

    types: dict[str, list[TypedField]]
    primary_type: str = field(name="primaryType")
    domain: BallotDomain
    message: BallotMessage

    def form(self) -> BallotForm:
        """The domain value behind it."""
        return BallotForm(
            governor_name=self.domain.name,
            governor_version=self.domain.version,
            chain_id=self.domain.chain_id,
            verifying_contract=self.domain.verifying_contract,
            proposal_id=self.message.proposal_id,
            support=_support(self.message.support),
            voter=self.message.voter,
            nonce=self.message.nonce,
        )


_TYPES = {
    "EIP712Domain": (
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
    ),
    "Ballot": (("proposalId", "uint256"), ("support", "uint8"), ("voter", "address"), ("nonce", "uint256")),
}


def ballot_typed_data(form: BallotForm) -> BallotTypedData:
    """The EIP-712 data of a ballot."""
    return BallotTypedData(
        types={
            name: [TypedField(name=field_name, type=solidity) for field_name, solidity in fields]
            for name, fields in _TYPES.items()
        },
        primary_type="Ballot",
        domain=BallotDomain(
            name=form.governor_name,
            version=form.governor_version,
            chain_id=form.chain_id,
            verifying_contract=form.verifying_contract,
        ),
        message=BallotMessage(
            proposal_id=form.proposal_id, support=form.support.code, voter=form.voter, nonce=form.nonce
        ),
    )


def _support(code: int) -> Support:
    for support in Support:
        if support.code == code:
            return support
    raise ValueError(f"{code} is not a vote: 0 against, 1 for, 2 abstain")


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
