"""What clients see of single users through two instances is as if one operation came after the
other, also while connections are cut, batches arrive again and a standby takes over."""
import os
import sys
import threading
import time

from databases import TOP

sys.path.insert(0, os.path.join(TOP, "tests", "history"))
from history import describe, record, violations  # noqa: E402
from linearizability import UNKNOWN  # noqa: E402

CLIENTS = 8
CUT, AGAIN = 0.05, 0.05  # Shares of all batches.
FEWEST = 500


class Failovers(threading.Thread):
    """One after the other, until `ends`."""

    def __init__(self, primary, standby, seconds):
        super().__init__()
        self.primary, self.standby = primary, standby
        self.ends = time.monotonic() + seconds - 1
        self.count = 0
        self.failure = None

    def run(self):
        try:
            while True:
                time.sleep(0.7)
                self.primary.kill()
                self.standby.promote()
                self.count += 1
                self.primary, self.standby = self.standby, self.primary
                if time.monotonic() + 3 > self.ends:
                    return
                time.sleep(0.7)
                self.standby.remove()
                self.standby.make_standby_of(self.primary)
                self.primary.wait_for_standby()
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure


def run(house, options):
    primary, standby = house.pair()
    hosts = [house.proxy(each) for each in (primary, standby)]
    for _ in range(2):
        house.instance(*hosts)
    for each in hosts:
        each.cut(CUT, AGAIN)
    failovers = Failovers(primary, standby, options.seconds)
    failovers.start()
    users = record([each.port for each in house.instances], CLIENTS, options.seconds, options.seed)
    failovers.join()
    if failovers.failure is not None:
        raise failovers.failure
    wrong = violations(users)
    operations = [each for user in users for each in user.history]
    unknown = sum(each.outcome == UNKNOWN for each in operations)
    print("\n".join(map(str, hosts)))
    print(f"{failovers.count} failovers, {len(users)} users, {len(operations)} operations, "
          f"{unknown} of unknown outcome, {len(wrong)} histories that can't be")
    told = [describe(each) for each in wrong[:3]]
    return told + ([] if len(operations) >= FEWEST else ["too few operations to say anything"])
