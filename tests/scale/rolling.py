"""Instances behind HAProxy restart one after the other, and no request fails."""
import time

from balancing import Balancer
from clients import CREATES, Load, unreadable
from house import Skipped
from ledger import Ledger
from reverse_proxies import find

CLIENTS = 64
CHECKS = "check inter 100ms fall 2 rise 1"


def run(house, options):
    if find("haproxy") is None:
        raise Skipped("HAProxy is not installed (script/bootstrap --proxies)")
    database = house.database().make()
    # Behind a balancer an instance drains before it stops.
    for _ in range(2):
        house.instance(database, options=["--drain-delay", "1"])
    ledger = Ledger()
    wrong = []
    balancer = Balancer("haproxy", [each.port for each in house.instances], house.folder,
                        server_options=CHECKS, more="  option httpchk GET /readyz")
    with balancer, Load(ledger, [("127.0.0.1", balancer.port)], CLIENTS, options.seed, CREATES,
                        options.pause) as load:
        for _ in range(options.rounds):
            for each in house.instances:
                load.wait_for_answers()
                time.sleep(options.seconds / 2)
                each.stop()
                if each.process.returncode != 0:
                    wrong.append(f"a stop ended with {each.process.returncode}: {each.said()}")
                each.start()
        load.wait_for_answers()
        time.sleep(options.seconds / 2)
    print(ledger.summary())
    wrong += [f"{count} creates were answered with {status}"
              for status, count in ledger.statuses.items() if status != 201]
    missing = unreadable(house.places(), sorted(ledger.users))
    wrong += [f"{number} is not readable" for number in missing]
    return wrong + house.check(ledger, database)
