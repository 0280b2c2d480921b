"""What can go wrong with the nodes and validators of a private network."""

from typing import ClassVar

from oracle.domain.errors import Misconfigured, Refused, Transient


class ChainClientMissing(Misconfigured):
    """The client that seals is not on this machine, or is of another version."""

    code: ClassVar[str] = "chain_client_missing"


class NetworkMissing(Misconfigured):
    """There is no network in the folder, or its description cannot be read."""

    code: ClassVar[str] = "network_missing"


class NetworkExists(Misconfigured):
    """The folder holds a network with other settings than those asked for."""

    code: ClassVar[str] = "network_exists"


class NodeDidNotStart(Misconfigured):
    """A node ended at once, or does not answer; its log says why."""

    code: ClassVar[str] = "node_did_not_start"


class NodeDidNotStop(Transient):
    code: ClassVar[str] = "node_did_not_stop"


class BadValidatorList(Misconfigured):
    """The file that names the members' validators is not in the known form."""

    code: ClassVar[str] = "bad_validator_list"


class UnknownConsensus(Misconfigured):
    """The node answers neither to Clique's nor to QBFT's questions."""

    code: ClassVar[str] = "unknown_consensus"


class NotAValidator(Refused):
    """The node whose vote was to be cast does not seal."""

    code: ClassVar[str] = "not_a_validator"


class NoRewindNeeded(Refused):
    """The two nodes are on one branch, or the chain moves: nothing has to be given up."""

    code: ClassVar[str] = "no_rewind_needed"


class BranchNotTaken(Transient):
    """A node went back and the other's blocks did not arrive."""

    code: ClassVar[str] = "branch_not_taken"
