"""What can go wrong between a daemon and the chain.

    Refused
    ├── NodeRefused          the node answered with a JSON-RPC error: the call itself was not right
    ├── TransactionReverted  a contract said no; carries the name and values of its custom error
    ├── ApplicationRefused   an application that the registry or a member must not accept
    ├── CodeDiffers          what stands on the chain is not what these sources compile to
    ├── LogRefused           a log does not have the shape that our contracts emit
    └── Unknown…             the view holds no such member, key version, publication, parameter, price
    Transient
    ├── NodeUnreachable      no answer, or not in time
    ├── NodeUnreliable       an answer that contradicts the standard or the node's own other answers
    ├── NodeOnOtherBranch    a node whose final blocks are not those of the others
    ├── NoUsableNode         every node is set aside
    └── ReorganisationHeld   a final block was replaced: nothing leaves until the operator has decided
    Misconfigured
    ├── UnfundedAccount      the sending account cannot pay for gas
    ├── WrongChain           chain id, genesis or code differ from the deployment record
    ├── NoCheckout           the contracts can only be rebuilt where their sources are
    ├── DeploymentUnfinished a deployment cannot go on from where it stopped
    └── BadDeploymentRecord, BadArtifact, BadFounders, BadParameters, BadDeployerKey
    Broken
    └── RolesNotHandedOver   after a deployment somebody holds a role that it must not hold

No message carries a path, query or credential of an RPC address: nodes are named by host and port.
"""

from typing import ClassVar

from oracle.domain.errors import Broken, Misconfigured, Refused, Transient


class NodeRefused(Refused):
    """A JSON-RPC error object. `data` holds the revert data where the node sent some."""

    code: ClassVar[str] = "node_refused"

    def __init__(self, *, method: str, number: int, reason: str, data: bytes | None) -> None:
        super().__init__(f"The node refused {method} (error {number}): {reason}")
        self.method = method
        self.number = number
        self.reason = reason
        self.data = data


class TransactionReverted(Refused):
    """A contract refused a call. `error` is the custom error's name, `arguments` its values in order."""

    code: ClassVar[str] = "transaction_reverted"

    def __init__(self, *, error: str, arguments: tuple[object, ...] = (), intent: str = "") -> None:
        values = ", ".join(str(argument) for argument in arguments)
        about = f" '{intent}'" if intent else ""
        super().__init__(f"The contract refused{about}: {error}({values})")
        self.error = error
        self.arguments = arguments
        self.intent = intent


class ApplicationRefused(Refused):
    code: ClassVar[str] = "application_refused"


class CodeDiffers(Refused):
    code: ClassVar[str] = "code_differs"


class LogRefused(Refused):
    code: ClassVar[str] = "log_refused"


class UnknownMember(Refused):
    code: ClassVar[str] = "unknown_member"


class UnknownKeyVersion(Refused):
    code: ClassVar[str] = "unknown_key_version"


class UnknownParameter(Refused):
    code: ClassVar[str] = "unknown_parameter"


class NodeUnreachable(Transient):
    code: ClassVar[str] = "node_unreachable"


class NodeUnreliable(Transient):
    code: ClassVar[str] = "node_unreliable"


class NodeOnOtherBranch(Transient):
    code: ClassVar[str] = "node_on_other_branch"


class NoUsableNode(Transient):
    code: ClassVar[str] = "no_usable_node"


class ReorganisationHeld(Transient):
    code: ClassVar[str] = "reorganisation_held"


class WrongChain(Misconfigured):
    code: ClassVar[str] = "wrong_chain"


class UnfundedAccount(Misconfigured):
    code: ClassVar[str] = "unfunded_account"


class BadDeploymentRecord(Misconfigured):
    code: ClassVar[str] = "bad_deployment_record"


class BadArtifact(Misconfigured):
    code: ClassVar[str] = "bad_artifact"


class BadFounders(Misconfigured):
    code: ClassVar[str] = "bad_founders"


class BadParameters(Misconfigured):
    code: ClassVar[str] = "bad_parameters"


class BadDeployerKey(Misconfigured):
    code: ClassVar[str] = "bad_deployer_key"


class NoCheckout(Misconfigured):
    code: ClassVar[str] = "no_checkout"


class DeploymentUnfinished(Misconfigured):
    code: ClassVar[str] = "deployment_unfinished"


class RolesNotHandedOver(Broken):
    code: ClassVar[str] = "roles_not_handed_over"
