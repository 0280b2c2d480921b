"""Why a reply is no answer: one error for each check that a lying holder fails."""

from typing import ClassVar

from oracle.domain.errors import Refused, Transient
from oracle.domain.settlement import RefusalReason


class ReplyOfAnotherOrder(Transient):
    """The reply is from another snapshot than the one that is here: a reorganisation is to be read first."""

    code: ClassVar[str] = "reply_of_another_order"


class ReplyRejected(Refused):
    """The reply failed a check: it counts as no answer and is kept as evidence."""

    code: ClassVar[str] = "reply_rejected"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_MALFORMED


class ReplyHeadWrong(ReplyRejected):
    """The signed head names another batch, holder or body than the reply it came with."""

    code: ClassVar[str] = "reply_head_wrong"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_HEAD_WRONG


class ReplySnapshotWrong(ReplyRejected):
    """The head names another snapshot than the one that the chain says must answer."""

    code: ClassVar[str] = "reply_snapshot_wrong"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_SNAPSHOT_WRONG


class ReplyPathWrong(ReplyRejected):
    """Buckets and siblings do not lead to the committed root: something was added, dropped or moved."""

    code: ClassVar[str] = "reply_path_wrong"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_PATH_WRONG


class ReplyOrderWrong(ReplyRejected):
    """Tags of a bucket are not in strictly increasing order."""

    code: ClassVar[str] = "reply_order_wrong"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_ORDER_WRONG


class ReplyProofWrong(ReplyRejected):
    """The evaluation was not made with the OPRF key that is on the chain."""

    code: ClassVar[str] = "reply_proof_wrong"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_PROOF_WRONG


class ReplyKeyUnproven(ReplyRejected):
    """The holder registered the OPRF key of this snapshot without proving that it knows it."""

    code: ClassVar[str] = "reply_key_unproven"
    reason: ClassVar[RefusalReason] = RefusalReason.REPLY_PROOF_WRONG
