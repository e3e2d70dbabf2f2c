"""Connections to the database end in the middle of batches, and batches arrive once more, later."""
import time

from clients import Load, make_counters
from failover import fail_over
from ledger import Ledger

INSTANCES = 4
CLIENTS = 32
CUT, AGAIN = 0.15, 0.10  # Shares of all batches.
FEWEST_CUTS = 10
QUICK_ANSWERS = 150


def run(house, options):
    database = house.database().make()
    for _ in range(INSTANCES):
        house.instance(house.proxy(database), options=["--unique-email"])
    ledger = Ledger()
    make_counters(ledger, house.places()[0])
    with Load(ledger, house.places(), CLIENTS, options.seed, pause=options.pause):
        cut(house, CUT, AGAIN)
        time.sleep(options.seconds)
        cut(house, 0, 0)
    return tell(house, ledger) + house.check(ledger, database)


def run_quickly(house, options):
    """The same and a failover, as short as it may be."""
    primary, standby = house.pair()
    hosts = [house.proxy(each) for each in (primary, standby)]
    for _ in range(2):
        house.instance(*hosts, options=["--unique-email"])
    ledger = Ledger()
    make_counters(ledger, house.places()[0])
    with Load(ledger, house.places(), CLIENTS, options.seed, pause=options.pause) as load:
        cut(house, CUT, AGAIN)
        load.wait_for_answers(QUICK_ANSWERS)
        fail_over(house, ledger, load, primary, standby)
        cut(house, 0, 0)
    return tell(house, ledger) + house.check(ledger, standby)


def cut(house, share, again):
    for each in house.proxies:
        each.cut(share, again)


def tell(house, ledger):
    print("\n".join(map(str, house.proxies)))
    print(ledger.summary())
    cuts = sum(each.shared.cuts.value for each in house.proxies)
    return [] if cuts >= FEWEST_CUTS else ["too few connections were cut to say anything"]
