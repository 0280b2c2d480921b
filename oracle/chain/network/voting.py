"""Makes a node vote for what is wanted, and for nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from oracle.chain.network.consensus import Consensus
from oracle.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One change of what a node votes for."""

    account: Address
    said: str


async def cast_votes(consensus: Consensus, wanted: Mapping[Address, bool]) -> tuple[Ballot, ...]:
    """Votes that are cast already stay; what is not wanted is taken back.

    A vote that is left standing after it passed would come into force again against a later decision.
    """
    standing, done = await consensus.votes(), []
    for account in standing.keys() - wanted.keys():
        await consensus.take_back(account)
        done.append(Ballot(account=account, said=f"Taken back: the vote on {account}"))
    for account, add in wanted.items():
        if standing.get(account) is not add:
            await consensus.cast(account, add=add)
            done.append(Ballot(account=account, said=f"Cast: {'add' if add else 'drop'} {account}"))
    return tuple(done)
