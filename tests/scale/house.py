"""What a scenario starts, and what ends with it."""
import contextlib
import os
import signal
import subprocess

from clients import unreadable
from databases import Database, Folder, url_of
from instances import Rollcall
from wire_proxy import WireProxy

READ_AT_MOST = 500  # Users that are read through each instance at the end.


class Skipped(Exception):
    """A scenario can't be run here: why."""


class House(contextlib.ExitStack):
    def __init__(self, options):
        super().__init__()
        self.program = options.program
        self.seed = options.seed
        self.ids = options.ids
        self.folder = self.enter_context(Folder())
        self.databases = []
        self.instances = []
        self.proxies = []

    def database(self, **options):
        database = Database(self.folder, f"database{len(self.databases)}", **options)
        self.databases.append(database)
        return self.enter_context(database)

    def pair(self):
        """A primary and its synchronous standby."""
        primary = self.database().make()
        standby = self.database().make_standby_of(primary)
        primary.wait_for_standby()
        return primary, standby

    def proxy(self, database):
        target = (database.address, database.port)
        proxy = self.enter_context(WireProxy(target, self.seed + len(self.proxies)))
        self.proxies.append(proxy)
        return proxy

    def instance(self, *hosts, options=(), **more):
        """`hosts` are databases, or proxies before them."""
        log = os.path.join(self.folder, f"rollcall{len(self.instances)}.log")
        store = url_of(*[(each.address, each.port) for each in hosts], ids=self.ids)
        instance = Rollcall(self.program, store, log, ["--threads", "1", *options], **more)
        self.instances.append(instance)
        self.callback(self.end, instance)
        return instance

    @staticmethod
    def end(instance):
        if instance.process.poll() is None:
            instance.kill()

    def places(self):
        return [(each.address, each.port) for each in self.instances]

    def check(self, ledger, database):
        """What is wrong at the end, after the clients have gone: with the users in `database`, what
        is read through the instances, and how these end."""
        there = database.users()
        wrong = ledger.check(there)
        for number in unreadable(self.places(), sorted(there)[-READ_AT_MOST:]):
            wrong.append(f"{number} is not readable through each instance")
        [[counted]] = database.query("SELECT coalesce(sum(users), 0) FROM lanes")
        if int(counted) != len(there):
            wrong.append(f"the lanes count {counted} users, and there are {len(there)}")
        for each in self.instances:
            each.process.send_signal(signal.SIGTERM)
        for each in self.instances:
            try:
                status = each.process.wait(15)
            except subprocess.TimeoutExpired:
                status = "nothing"
            if status != 0:
                wrong.append(f"an instance ended with {status}: {each.said()[-300:]}")
        return wrong
