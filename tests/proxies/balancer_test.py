"""Instances behind HAProxy and nginx: what their clients see of a restart, a crash, a full house.

  balancer_test.py PROGRAM CASE [CASE...]

ROLLCALL_TEST_ROUNDS (default 1) makes what is short here longer.
"""
import contextlib
import json
import math
import os
import random
import select
import sys
import tempfile
import threading
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "support"), os.path.join(TOP, "tests", "proxies")]
from balancing import Balancer, Client, Instance, Load, create_request, listening, port_of  # noqa
from reverse_proxies import find  # noqa: E402

SKIPPED = 77
ROUNDS = int(os.environ.get("ROLLCALL_TEST_ROUNDS", "1"))
NGINX_KEEPS = "1s"  # An idle connection to the server.
FEWEST = 500  # Users that must have been created for a round to say something.


class House:
    """What a case starts, and ends with it: instances, a balancer, a folder."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.instances = []

    def add(self, *options):
        held = listening()
        store = f"sqlite:{self.folder}/{len(self.instances)}.db"
        self.instances.append(Instance(self.program, held, store, options))
        return self.instances[-1]

    def ports(self):
        return [port_of(each.held) for each in self.instances]

    def balance(self, name, more="", server_options=""):
        return Balancer(name, self.ports(), self.folder, more, server_options)

    def stop(self):
        for each in self.instances:
            if each.process.poll() is None:
                each.stop()


def restarts_under_load(house, balancer, pause):
    with balancer:
        load = Load(balancer.port)
        for _ in range(ROUNDS):
            for each in house.instances:
                time.sleep(pause)
                each.restart()
        time.sleep(pause)
        print(load.stop())
    return not load.failures and len(load.created) > FEWEST


def haproxy_restart(house):
    """Two instances behind HAProxy's defaults, each restarted: no request fails."""
    house.add(), house.add()
    return restarts_under_load(house, house.balance("haproxy", server_options="check"), 1.5)


def nginx_restart(house):
    """The same behind nginx, which keeps connections to them and has no other settings."""
    house.add(), house.add()
    return restarts_under_load(house, house.balance("nginx"), 5 if ROUNDS > 1 else 1.5)


def haproxy_kill(house):
    """An instance is killed and starts again, clients send with keys again: each user is there
    once."""
    instance = house.add()
    with house.balance("haproxy", server_options="check") as balancer:
        load = Load(balancer.port, keyed=True)
        for _ in range(3 * ROUNDS):
            time.sleep(1)
            instance.kill()
            instance.start()
        time.sleep(1)
        print(load.stop())
    found = {}
    request = urllib.request.Request(f"http://127.0.0.1:{house.ports()[0]}/users",
                                     headers={"Accept": "application/x-ndjson"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        for line in answer:
            email = json.loads(line)["email"]
            found[email] = found.get(email, 0) + 1
    lost = [each for each in load.created if each not in found]
    twice = [each for each, count in found.items() if count > 1]
    print(f"{len(lost)} lost, {len(twice)} there more than once")
    return (not lost and not twice and not load.failures and
            len(load.created) > FEWEST)


def haproxy_full(house):
    """As many clients as an instance takes, and twice as many: its checks find it up."""
    house.add("--max-connections", "64")
    down = 0
    for clients in (64, 128):
        with house.balance("haproxy", server_options="check inter 100ms",
                           more="  option httpchk GET /readyz\n  timeout check 2s") as balancer:
            load = Load(balancer.port, clients)
            time.sleep(3 * ROUNDS)
            load.stop()
            down += balancer.changes_to_down()
            print(f"{clients} clients: {len(load.created)} created, {len(load.failures)} not, "
                  f"{balancer.changes_to_down()} times down")
        os.rename(balancer.folder, f"{balancer.folder}{clients}")
        if len(load.created) < FEWEST:
            return False
    return down == 0


class Ticks:
    """When the server looks for connections that have been idle too long: seen by connections of
    its own, one of which it closes each time."""

    IDLE = 2.0
    PERIOD = 0.25

    def __init__(self, port):
        self.port = port
        self.last = 0.0
        self.stops = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        while not self.last:
            time.sleep(0.05)

    def run(self):
        watched = []
        while not self.stops:
            client = Client(self.port)
            client.exchange(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            watched.append(client.connection)
            ready, _, _ = select.select(watched, [], [], self.PERIOD / 2)
            if ready:
                self.last = time.monotonic()
            for each in ready:
                each.close()
                watched.remove(each)
        for each in watched:
            each.close()

    def after(self, begin):
        """Sleeps until about the first one after `begin` that finds what began then idle."""
        time.sleep(max(0, begin + self.IDLE - self.PERIOD / 2 - time.monotonic()))
        count = math.ceil((begin + self.IDLE - self.last) / self.PERIOD)
        due = self.last + count * self.PERIOD + random.uniform(-0.001, 0.003)
        time.sleep(max(0, due - time.monotonic()))

    def stop(self):
        self.stops = True
        self.thread.join()


def nginx_idle(house):
    """Connections that nginx keeps for less time than the server: a request that comes when the
    server closes what is idle meets none that closes."""
    house.add("--idle-timeout", f"{Ticks.IDLE:.0f}", "--threads", "1")
    failures, count, lock = [], [0], threading.Lock()
    ticks = Ticks(house.ports()[0])

    def run(port):
        client = Client(port)
        for _ in range(2 * ROUNDS):
            try:
                status = client.exchange(create_request("john@example.com"))
            except OSError as error:
                status = repr(error)
            with lock:
                count[0] += 1
                if status != 201:
                    failures.append(status)
            ticks.after(time.monotonic())
        client.close()

    with house.balance("nginx", more=f"keepalive_timeout {NGINX_KEEPS};") as balancer:
        threads = [threading.Thread(target=run, args=(balancer.port,)) for _ in range(250)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    ticks.stop()
    print(f"{count[0]} requests, {len(failures)} failed: {sorted(set(map(str, failures)))}")
    return not failures


def socket_restart(house):
    """One instance with many users restarts on its socket: its clients wait for the load only."""
    instance = house.add()
    users = 3_000_000 if ROUNDS > 1 else 100_000
    line = b'{"last-name":"Meere","first-name":"John","email":"johnm@gmail.com"}\n'
    url = f"http://127.0.0.1:{house.ports()[0]}/users"
    urllib.request.urlopen(urllib.request.Request(
        url, data=line * users, headers={"Content-Type": "application/x-ndjson",
                                         "Prefer": "return=minimal"}), timeout=120).close()
    load = Load(house.ports()[0])
    time.sleep(1.5)
    instance.restart()
    time.sleep(1.5)
    print(load.stop())
    return not load.failures and load.slowest <= 2 and len(load.created) > FEWEST


def socket_probes(house):
    """A thousand probes a second, each on a connection of its own, while 64 clients create."""
    house.add()
    port = house.ports()[0]
    failures, lock, sent = [], threading.Lock(), [0]
    ends = time.monotonic() + 3 * ROUNDS

    def run():
        due, client = time.monotonic(), Client(port)
        while due < ends:
            time.sleep(max(0, due - time.monotonic()))
            due += 8 / 1000
            try:
                status = client.exchange(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            except OSError as error:
                status = repr(error)
            client.close()
            with lock:
                sent[0] += 1
                if status != 200:
                    failures.append(status)

    load = Load(port)
    threads = [threading.Thread(target=run) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(f"{sent[0]} probes, {len(failures)} failed; {load.stop()}")
    return not failures and not load.failures and len(load.created) > FEWEST


CASES = {each.__name__: each for each in (haproxy_restart, nginx_restart, haproxy_kill,
                                          haproxy_full, nginx_idle, socket_restart,
                                          socket_probes)}


def main():
    program, names = sys.argv[1], sys.argv[2:]
    wrong = [each for each in names if each not in CASES]
    if wrong or not names:
        print(f"cases are {', '.join(CASES)}")
        return 2
    balancers = {name.split("_")[0] for name in names} - {"socket"}
    missing = {each for each in balancers if find(each) is None}
    if missing:
        print(f"{', '.join(missing)} not installed (script/bootstrap --proxies)")
        return SKIPPED
    failed = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            house = House(program, folder)
            stack.callback(house.stop)
            print(f"{name}: ", end="", flush=True)
            if not CASES[name](house):
                failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
