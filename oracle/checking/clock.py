"""Whether this machine's clock agrees with the chain and with the other members."""

import time
from statistics import median

from oracle.checking.case import Case
from oracle.checking.result import Result, ok, problem, warning
from oracle.wiring.problems import STILL_S

OFF_S = 5
WRONG_S = 30


class Clock:
    name = "clock"

    async def look(self, case: Case) -> Result:
        head = case.registry.head
        now = int(time.time())
        block_age = 0 if head is None else now - head.timestamp
        offsets = [said.asked_at - said.time for said in case.peers.values()]
        away = round(median(offsets)) if offsets else 0
        others = f"{len(offsets)} member" + ("" if len(offsets) == 1 else "s")
        action = "Let the machine keep its time by NTP (chrony or systemd-timesyncd)."
        if block_age < -OFF_S:
            return problem(f"It is at least {-block_age} s behind the newest block's time.", action)
        if abs(away) > WRONG_S:
            return problem(f"It is {away:+d} s from the clocks of {others}.", action)
        if abs(away) > OFF_S:
            return warning(f"It is {away:+d} s from the clocks of {others}.", action)
        if block_age > STILL_S:
            return warning(
                f"The newest block is {block_age} s old: the chain stands still, or this clock is ahead.",
                "Compare the clock with another machine; riskmesh status says more about the chain.",
            )
        compared = f"; {away:+d} s from {others}" if offsets else ""
        return ok(f"newest block {block_age} s ago{compared}")
