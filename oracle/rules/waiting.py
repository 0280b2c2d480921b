"""Why something in flight waits: the first cause that holds, as a stable word and a sentence for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`code` is for programs and listed in docs/operations.md, `text` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSight:
    """How this daemon sees the chain."""

    held: bool
    """Final blocks were replaced, and nothing leaves until the operator has decided."""
    reachable: bool
    behind: int
    """Blocks between the node's head and what was read."""
    cursor: int
    finality_depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How far a transaction is; `status` is the journal's word."""

    status: str
    nonce: int | None
    ahead: int
    """Unfinished transactions that were queued before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How the line to another member is. Times are unix seconds."""

    in_standing: bool
    failing_since: int | None
    failure: str
    """Code of the newest failure while calls fail."""
    heard_at: int | None
    """When it last called or answered; None when not since the daemon's start."""


def why_the_chain(chain: ChainSight) -> Why | None:
    """What holds up everything."""
    if chain.held:
        return Why(
            code="held", text="Final blocks were replaced; nothing leaves until the operator has decided."
        )
    if not chain.reachable:
        return Why(code="chain_unreachable", text="No node of the chain answers.")
    if chain.behind > chain.finality_depth + 2:
        return Why(code="catching_up", text=f"The chain is read up to {chain.behind} blocks behind its head.")
    return None


def why_sending(sending: Sending | None) -> Why:
    """Why a transaction is not final."""
    if sending is None:
        return Why(code="not_begun", text="Its transaction is not journalled yet; the next round does it.")
    before = f", behind {sending.ahead} earlier" if sending.ahead else ""
    if sending.status == "queued":
        return Why(code="queued", text=f"Its transaction is journalled and not signed yet{before}.")
    return Why(
        code="sent", text=f"Its transaction (nonce {sending.nonce}) is sent and not final yet{before}."
    )


def why_confirming(chain: ChainSight, *, block: int) -> Why | None:
    """None once a commitment in this block counts."""
    have = max(0, chain.cursor - block)
    if have >= chain.finality_depth:
        return None
    return Why(code="confirming", text=f"It has {have} of {chain.finality_depth} confirmations.")


def why_no_contact(contact: Contact, *, now: int) -> Why | None:
    """None when the line works, or nothing says that it does not."""
    if contact.failing_since is not None:
        ago = _ago(now - contact.failing_since)
        return Why(code="unreachable", text=f"The member is not reached since {ago} ({contact.failure}).")
    return None


def why_no_reply(chain: ChainSight, contact: Contact, *, block: int, fetched_at: int | None, now: int) -> Why:
    """Why a holder's reply is not here: chain, standing, line, and at last the holder itself."""
    cause = why_the_chain(chain) or why_confirming(chain, block=block)
    if cause is not None:
        return cause
    if not contact.in_standing:
        return Why(code="not_in_standing", text="The holder is not in standing any more and need not answer.")
    if fetched_at is not None:
        return Why(
            code="evaluating", text=f"The holder fetched the request {_ago(now - fetched_at)} ago and works."
        )
    cause = why_no_contact(contact, now=now)
    if cause is not None:
        return cause
    heard = "has not been heard of since this start"
    if contact.heard_at is not None:
        heard = f"was last heard of {_ago(now - contact.heard_at)} ago"
    return Why(code="not_fetched", text=f"The holder has not fetched the request; it {heard}.")


def why_no_answer(state: str, chain: ChainSight, contact: Contact, *, block: int | None, now: int) -> Why:
    """Why a batch of another member is not answered, by its state in the holder's journal."""
    if block is None:
        return Why(code="commitment_gone", text="Its commitment is not in the chain as read so far.")
    cause = why_the_chain(chain) or why_confirming(chain, block=block) or why_no_contact(contact, now=now)
    if cause is not None:
        return cause
    match state:
        case "seen":
            return Why(code="fetching", text="The request is fetched from the requester in the next round.")
        case "fetched":
            return Why(code="answering", text="The request is here and is evaluated.")
        case _:
            return Why(code="delivering", text="The reply is ready and is delivered in the next round.")


def why_no_express_reply(contact: Contact, *, now: int) -> Why:
    """Why a holder has not answered an express request: nothing of it waits for the chain."""
    return why_no_contact(contact, now=now) or Why(
        code="asked", text="The holder is asked and has not answered; its time is short."
    )


def why_no_anchor(batches: int, decided: int) -> Why:
    """Why own express batches are not on the chain."""
    waiting = f"Express batches that wait for their anchor: {batches}."
    if decided:
        text = f"Anchors that are decided and not on the chain yet: {decided}."
        return Why(code="anchoring", text=f"{text} {waiting}" if batches else text)
    return Why(code="unanchored", text=waiting)


def why_no_proof(batches: int) -> Why:
    """Why others' express batches are kept as evidence."""
    text = f"Express batches of others that are answered and not proven to be anchored yet: {batches}."
    return Why(code="unproven", text=text)


def why_reported(*, mine: bool, unanswered: bool) -> Why:
    if unanswered:
        whose = "Our express batch was" if mine else "The batch that we reported was"
        text = f"{whose} not answered for in time: a breach and a penalty, unless a vote overturns it before."
        return Why(code="report_unanswered", text=text)
    if mine:
        return Why(code="reported", text="Our express batch was reported; it is anchored and answered for.")
    return Why(code="report_open", text="We reported it; its requester has not answered with an anchor yet.")


def _ago(seconds: int) -> str:
    seconds = max(0, seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
