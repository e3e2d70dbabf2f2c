"""The database is stopped under load and started again; one user's data is refused by it all the
time; clocks of instances differ."""
import glob
import signal
import time

from clients import CREATES, Connection, Load, make_counters, user_of
from databases import runs, wait_until
from house import Skipped
from ledger import Ledger

INSTANCES = 2
CLIENTS = 32
LIFETIME = 3        # Seconds that a key is remembered.
LEAST_SHARE = 0.8   # Of the throughput, beside a user that fails batches.


def database_is_stopped(house, options):
    """For `seconds`, while batches are committed whose answers nobody gets: at first clients wait,
    then they are refused; afterwards all goes on."""
    primary, standby = house.pair()
    for _ in range(INSTANCES):
        house.instance(primary, options=["--unique-email"])
    ledger = Ledger()
    make_counters(ledger, house.places()[0])
    with Load(ledger, house.places(), CLIENTS, options.seed, pause=options.pause) as load:
        load.wait_for_answers(200)
        stop_before_answers(primary, standby)
        time.sleep(options.seconds)
        primary.start()
        started = time.monotonic()
        load.wait_for_answers(200)
        print(f"after {options.seconds:g} s without a database acknowledged again after "
              f"{time.monotonic() - started:.2f} s")
        time.sleep(0.3)
    print(ledger.summary())
    return house.check(ledger, primary)


def stop_before_answers(primary, standby):
    """Stops the primary while a batch of each instance is committed there and waits for the
    standby. It is there when the primary is back, and each instance has to find that out."""
    standby.signal_all(signal.SIGSTOP)
    wait_until("a batch of each instance waits", lambda: primary.query(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = "
        "'rollcall'") == [[str(INSTANCES)]])
    # Other processes wait for the standby in the end, so it goes on before them.
    waiting = [int(pid) for pid, in primary.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'rollcall'")]
    primary.process.send_signal(signal.SIGINT)
    wait_until("its connections have ended", lambda: not any(map(runs, waiting)))
    standby.signal_all(signal.SIGCONT)
    primary.stop()


def one_user_fails(house, options):
    """Its address is taken, which the database says of the whole batch."""
    database = house.database().make()
    house.instance(database, options=["--unique-email"])
    taken = user_of("Taken", "taken@example.com")
    Connection(house.places()[0]).exchange("POST", "/users", taken)
    shares, refused = [], 0
    for i in range(options.rounds):
        counts = {}
        # In turn: what comes later finds more users.
        for fails in (False, True) if i % 2 else (True, False):
            ledger, other = Ledger(), Ledger()
            with Load(ledger, house.places(), CLIENTS, options.seed, CREATES,
                      names=f"{i}{fails}"):
                # As many clients either way: what differs is whether theirs can be done.
                mix = {"create_contested": 1} if fails else CREATES
                with Load(other, house.places(), 1, options.seed, mix, names=f"one{i}{fails}"):
                    time.sleep(options.seconds)
            counts[fails] = ledger.acknowledged()
            refused += other.statuses[409]
        shares.append(counts[True] / counts[False])
    shares.sort()
    median = shares[len(shares) // 2]
    print(f"beside {refused} refused creates the others made {median:.2f} times as many users ("
          f"{shares[0]:.2f} to {shares[-1]:.2f})")
    return [f"less than {LEAST_SHARE}"] if median < LEAST_SHARE else []


def clocks_differ(house, _options):
    """One instance is an hour early, one an hour late: a key lives as long as it says."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not libraries:
        raise Skipped("libfaketime is not installed")
    database = house.database().make()
    for difference in ("+1h", "-1h"):
        house.instance(database, options=["--idempotency-lifetime", str(LIFETIME)],
                       environment={"LD_PRELOAD": libraries[0], "FAKETIME": difference,
                                    "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    early, late = (Connection(each) for each in house.places())
    wrong = []

    def create(connection):
        answer = connection.exchange("POST", "/users", user_of("Keyed", "keyed@example.com"),
                                     'Idempotency-Key: "k"\r\n')
        if answer.status != 201:
            wrong.append(f"a create was answered with {answer.status}")
            return None
        return answer.json()["id"]

    for one, other in ((early, late), (late, early)):
        begin = time.monotonic()
        first, again = create(one), create(other)
        if first != again:
            wrong.append("a key was forgotten at once")
        time.sleep(LIFETIME - 1 - (time.monotonic() - begin))
        if create(other) != first:
            wrong.append("a key was forgotten too early")
        time.sleep(LIFETIME + 1 - (time.monotonic() - begin))
        if create(other) == first:
            wrong.append("a key was remembered too long")
        time.sleep(LIFETIME + 1)
    dates = [each.exchange("GET", "/users?limit=1").field("date") for each in (early, late)]
    print(f"the clocks of the instances say {' and '.join(map(str, dates))}")
    return wrong
