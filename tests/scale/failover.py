"""The primary is killed under load, and its synchronous standby takes over."""
import os
import signal
import time

from clients import Load, make_counters
from ledger import Ledger

INSTANCES = 2
CLIENTS = 16
BEHIND = 0.03               # Seconds before the end in which the standby gets nothing.
MOST_WITHOUT_SERVICE = 0.5  # Seconds more than the promotion took.


def fall_behind(primary):
    """What is committed from now on the standby does not get."""
    for pid, in primary.query("SELECT pid FROM pg_stat_replication"):
        os.kill(int(pid), signal.SIGSTOP)
    time.sleep(BEHIND)


def fail_over(house, ledger, load, primary, standby):
    """One round: what it took, and how long nothing was acknowledged."""
    begin = time.monotonic()
    fall_behind(primary)
    primary.kill()
    standby.promote()
    promoted = time.monotonic()
    load.wait_for_answers(20 * len(house.instances))
    time.sleep(0.3)
    return promoted - begin, ledger.gap(begin - 0.05, time.monotonic())


def run(house, options):
    primary, standby = house.pair()
    for _ in range(INSTANCES):
        house.instance(primary, standby, options=["--unique-email"])
    ledger = Ledger()
    make_counters(ledger, house.places()[0])
    wrong, extra = [], []
    load = Load(ledger, house.places(), CLIENTS, options.seed, pause=options.pause)
    with load:
        load.wait_for_answers(100)
        for i in range(options.rounds):
            promotion, gap = fail_over(house, ledger, load, primary, standby)
            extra.append(gap - promotion)
            print(f"round {i + 1}: promoted after {promotion:.3f} s, nothing acknowledged for "
                  f"{gap:.3f} s", flush=True)
            primary, standby = standby, primary
            if i + 1 == options.rounds:
                break
            standby.remove()
            standby.make_standby_of(primary)
            primary.wait_for_standby()
            load.wait_for_answers(100)
    wrong += house.check(ledger, primary)
    extra.sort()
    print(f"{options.rounds} failovers; without service, beyond the promotion: median "
          f"{extra[len(extra) // 2]:.3f} s, at most {extra[-1]:.3f} s")
    print(ledger.summary())
    late = [each for each in extra if each > MOST_WITHOUT_SERVICE]
    if late:
        wrong.append(f"{len(late)} times more than {MOST_WITHOUT_SERVICE} s")
    return wrong
