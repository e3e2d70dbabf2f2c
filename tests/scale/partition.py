"""The network between an instance, the primary and the standby falls silent, one way or both, or
processes of the database stop."""
import os
import signal
import time

from clients import Load, make_counters
from ledger import Ledger
from namespaces import Network
from wire_proxy import PASS, TO_CLIENT, TO_SERVER

CLIENTS = 64
LATEST_ANSWER = 16.0    # Seconds: 5 of waiting, 10 of being in flight, and a bit.
RECOVERY = 6.0          # Seconds until writes are acknowledged again: one more time to connect.
MOST_MEMORY = 64 << 20  # Octets that an instance may grow by.


class Held:
    """By proxies, which hold octets back."""

    def __init__(self, proxy, direction):
        self.proxy, self.direction = proxy, direction

    def begin(self):
        self.proxy.silence(self.direction)

    def end(self):
        self.proxy.silence(PASS)


class Silence:
    """In a network of namespaces, of (sender, receiver) pairs."""

    def __init__(self, network, *ways):
        self.network, self.ways = network, ways

    def begin(self):
        for each in self.ways:
            self.network.silence(*each)

    def end(self):
        for each in self.ways:
            self.network.heal(*each)


class Stopped:
    """SIGSTOP of the processes that `choose` names."""

    def __init__(self, choose):
        self.choose = choose
        self.pids = []

    def begin(self):
        self.pids = self.choose()
        for each in self.pids:
            os.kill(each, signal.SIGSTOP)

    def end(self):
        for each in self.pids:
            try:
                os.kill(each, signal.SIGCONT)
            except ProcessLookupError:
                pass


def backend_that_writes(database):
    """The one that has changed a lane last."""
    rows = database.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'rollcall' "
                          "AND query LIKE '%lanes%' ORDER BY query_start DESC LIMIT 1")
    return [int(each) for each, in rows]


def stops(primary):
    return {
        "backend stopped": Stopped(lambda: backend_that_writes(primary)),
        "postmaster stopped": Stopped(lambda: [primary.process.pid]),
        "database stopped": Stopped(primary.pids),
    }


def start_with_proxies(house):
    """The databases, and what may be silent, by name."""
    primary = house.database().make()
    to_standby, to_primary = house.proxy(primary), house.proxy(primary)
    standby = house.database().make_standby_of(primary, port=to_standby.port)
    house.instance(to_primary, options=["--unique-email"])
    both = TO_SERVER + TO_CLIENT
    return primary, standby, {
        "instance to primary": Held(to_primary, TO_SERVER),
        "primary to instance": Held(to_primary, TO_CLIENT),
        "instance and primary": Held(to_primary, both),
        "standby to primary": Held(to_standby, TO_SERVER),
        "primary to standby": Held(to_standby, TO_CLIENT),
        "primary and standby": Held(to_standby, both),
        **stops(primary),
    }


def start_in_namespaces(house):
    network = house.enter_context(Network(["instance", "primary", "standby"]))
    machine = lambda name: {"address": network.addresses[name], "prefix": network.inside(name)}
    primary = house.database(**machine("primary")).make()
    standby = house.database(**machine("standby")).make_standby_of(primary)
    house.instance(primary, standby, options=["--unique-email"], **machine("instance"))
    all_ways = {f"{a} to {b}": Silence(network, (a, b)) for a in network.names
                for b in network.names if a != b}
    pairs = {f"{a} and {b}": Silence(network, (a, b), (b, a)) for a, b in (
        ("instance", "primary"), ("instance", "standby"), ("primary", "standby"))}
    alone = Silence(network, *[each for name in ("instance", "standby") for each in (
        (name, "primary"), ("primary", name))])
    return primary, standby, {**all_ways, **pairs, "primary alone": alone, **stops(primary)}


def live_through(name, fault, house, ledger, load, seconds):
    """What is wrong in words."""
    instance = house.instances[0]
    load.wait_for_answers(100)
    before = instance.resident_octets()
    ledger.slowest = 0.0
    ledger.statuses.clear()
    fault.begin()
    time.sleep(seconds)
    during = dict(ledger.statuses)
    grown = instance.resident_octets() - before
    fault.end()
    healed = time.monotonic()
    load.wait_for_answers(10, seconds=40)
    recovery = time.monotonic() - healed
    time.sleep(0.5)
    print(f"{name}: {during} in {seconds:g} s; acknowledged again after {recovery:.2f} s, the "
          f"slowest answer took {ledger.slowest:.2f} s, memory {grown / (1 << 20):+.1f} MiB",
          flush=True)
    wrong = []
    if ledger.slowest > LATEST_ANSWER:
        wrong.append(f"{name}: an answer took {ledger.slowest:.1f} s")
    if recovery > RECOVERY:
        wrong.append(f"{name}: it recovered after {recovery:.1f} s")
    if grown > MOST_MEMORY:
        wrong.append(f"{name}: memory grew by {grown} octets")
    return wrong


def run(house, options):
    start = start_in_namespaces if options.scenario == "namespaces" else start_with_proxies
    primary, standby, chosen = start(house)
    primary.wait_for_standby()
    ledger = Ledger()
    make_counters(ledger, house.places()[0])
    last = chosen["primary and standby"]
    if options.only:
        chosen = {name: fault for name, fault in chosen.items() if options.only in name}
    wrong = []
    with Load(ledger, house.places(), CLIENTS, options.seed, pause=options.pause) as load:
        for name, fault in chosen.items():
            wrong += live_through(name, fault, house, ledger, load, options.seconds)
        # At last the primary is lost while the standby does not hear of it.
        load.wait_for_answers(100)
        last.begin()
        time.sleep(0.3)
        primary.kill()
    last.end()
    standby.promote()
    wrong += ledger.check(standby.users())
    print(ledger.summary())
    return wrong
