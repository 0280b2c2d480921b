"""What is kept of a holder from epoch to epoch, so that a score never moves within one; as on the chain.

Every value has what counts in the epoch it was last touched in, and what came in during that epoch and
counts from the next one on.
"""

from dataclasses import dataclass, replace

from oracle.rules.quality import BREACH_BPS, FULL_BPS, WEIGHT, faded_down, faded_up, freshness_of, heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Weights of ratings in thousandths."""

    epoch: int = 0
    confirmed: int = 0
    refuted: int = 0
    new_confirmed: int = 0
    """Less than nothing where a rater has come to think otherwise."""
    new_refuted: int = 0

    def at(self, epoch: int) -> tuple[int, int]:
        """Confirmed and refuted that count in `epoch`, which is not before the tally's own."""
        if epoch == self.epoch:
            return self.confirmed, self.refuted
        later = epoch - self.epoch - 1
        return (
            faded_down(max(0, faded_down(self.confirmed, 1) + self.new_confirmed), later),
            faded_down(max(0, faded_down(self.refuted, 1) + self.new_refuted), later),
        )

    def plus(self, epoch: int, confirmed: int, refuted: int) -> "Tally":
        settled = self
        if epoch != self.epoch:
            earlier_confirmed, earlier_refuted = self.at(epoch)
            settled = Tally(epoch=epoch, confirmed=earlier_confirmed, refuted=earlier_refuted)
        return replace(
            settled,
            new_confirmed=settled.new_confirmed + confirmed,
            new_refuted=settled.new_refuted + refuted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What is heard of a requester about a holder, `epoch` included, in thousandths of a rating."""

    epoch: int = 0
    confirmed: int = 0
    refuted: int = 0

    def left(self, epoch: int) -> tuple[int, int]:
        """In `epoch`; never less than its share of what weighs on the holder."""
        passed = epoch - self.epoch
        return faded_up(self.confirmed, passed), faded_up(self.refuted, passed)

    def plus(self, epoch: int, *, confirmed: int, refuted: int, back: "Voice") -> "Voice":
        """With so many ratings more; `back` is the holder's voice about the requester."""
        before, refuted_before = self.left(epoch)
        new, new_refuted = heard(
            confirmed=before + WEIGHT * confirmed,
            refuted=refuted_before + WEIGHT * refuted,
            returned=back.left(epoch)[0],
        )
        return Voice(epoch=epoch, confirmed=new, refuted=new_refuted)

    def change_to(self, later: "Voice") -> tuple[int, int]:
        """What the holder's weights change by when this voice becomes a later one."""
        before, refuted_before = self.left(later.epoch)
        return later.confirmed - before, later.refuted - refuted_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Freshness in basis points that counts in `epoch`, and the records changed during it."""

    epoch: int
    bps: int = FULL_BPS
    changed: int = 0

    def at(self, epoch: int) -> int:
        """In `epoch`, which is not before the last publication's."""
        if epoch == self.epoch:
            return self.bps
        return faded_down(max(faded_down(self.bps, 1), freshness_of(self.changed)), epoch - self.epoch - 1)

    def plus(self, epoch: int, changed: int) -> "Freshness":
        earlier = self.changed if epoch == self.epoch else 0
        return Freshness(epoch=epoch, bps=self.at(epoch), changed=earlier + changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """What breaches take from the score in `epoch`, in basis points, and what those of that epoch add."""

    epoch: int = 0
    bps: int = 0
    new_bps: int = 0
    count: int = 0

    def at(self, epoch: int) -> int:
        """In `epoch`, which is not before the last breach's."""
        if epoch == self.epoch:
            return self.bps
        return faded_down(min(FULL_BPS, faded_down(self.bps, 1) + self.new_bps), epoch - self.epoch - 1)

    def plus(self, epoch: int) -> "Breaches":
        earlier = self.new_bps if epoch == self.epoch else 0
        return Breaches(
            epoch=epoch,
            bps=self.at(epoch),
            new_bps=min(FULL_BPS, earlier + BREACH_BPS),
            count=self.count + 1,
        )
