"""PostgreSQL for these tests: clusters on 127.0.0.1 in a folder of their own, ended by pid."""
import ctypes
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", each) for each in ("proxies", "support")]
from libpq import DatabaseError, Session  # noqa: E402
from reverse_proxies import free_port  # noqa: E402

# PostgreSQL refuses to run as root.
AS_POSTGRES = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
STANDBY = "standby"  # The name by which a primary knows its synchronous standby.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = {buffers}
max_wal_size = 4GB
wal_keep_size = 256MB
dynamic_shared_memory_type = mmap
log_min_messages = error
log_min_error_statement = panic
"""


def programs():
    """The folder of PostgreSQL's programs, or None if it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return os.path.dirname(found[-1]) if found else None


class Folder:
    """A temporary folder that PostgreSQL may write to; in memory, unless a place is given. A
    context manager."""

    def __init__(self, place=None):
        in_memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.path = tempfile.mkdtemp(prefix="rollcall-scale-", dir=place or in_memory)
        os.chmod(self.path, 0o777)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def children_of(parent):
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:
        return [int(each) for each in file.read().split()]


def runs(pid):
    """Not if it has ended, and nobody has asked how."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(what, is_true, seconds=30, pause=0.02):
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Database:
    """A cluster that listens on `address`. `prefix` is what its commands begin with, as root."""

    def __init__(self, folder, name, buffers="64MB", settings="", address="127.0.0.1",
                 prefix=(), segment=4):
        self.data = os.path.join(folder, name)
        self.log = os.path.join(folder, f"{name}.log")
        self.buffers = buffers
        self.settings = settings
        self.address = address
        self.prefix = list(prefix)
        self.segment = segment  # MiB of a file of the WAL: a small one makes a standby sooner.
        self.port = free_port()
        self.process = None

    def command(self, name, *arguments):
        program = [os.path.join(programs(), name), *arguments]
        return [*self.prefix, *AS_POSTGRES, *program] if os.getuid() == 0 else program

    def run(self, name, *arguments):
        with open(self.log, "ab") as log:
            subprocess.run(self.command(name, *arguments), stdout=log, stderr=log, check=True,
                           cwd="/")

    def make(self):
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "rollcall", "-E", "UTF8",
                 "--locale=C.UTF-8", "-N", f"--wal-segsize={self.segment}")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as file:
            file.write(SETTINGS.format(buffers=self.buffers) + self.settings)
        with open(os.path.join(self.data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all samenet trust\nhost replication all samenet trust\n")
        self.start()
        return self

    def make_standby_of(self, primary, port=None, address=None):
        """A copy of `primary`, from which it then streams, on another port if one is given."""
        self.run("pg_basebackup", "-D", self.data, "-c", "fast", "-X", "stream", "-N", "-d",
                 primary.conninfo())
        # The settings that the primary has got meanwhile are not those of a standby.
        with open(os.path.join(self.data, "postgresql.auto.conf"), "w", encoding="ascii") as file:
            file.write(f"primary_conninfo = 'host={address or primary.address} user=rollcall "
                       f"port={port or primary.port} application_name={STANDBY} "
                       "sslmode=disable gssencmode=disable'\n"
                       "wal_retrieve_retry_interval = 100\n")
        with open(os.path.join(self.data, "standby.signal"), "w", encoding="ascii"):
            pass
        self.start()
        return self

    def conninfo(self, more=""):
        return (f"host={self.address} port={self.port} user=rollcall dbname=postgres "
                f"connect_timeout=5 options='-c client_min_messages=warning' {more}")

    def session(self, more=""):
        return Session(self.conninfo(more))

    def query(self, sql):
        with self.session() as session:
            return session.query(sql)

    def users(self):
        """By their ids."""
        rows = self.query("SELECT id, last_name, first_name, email FROM users")
        return {int(number): tuple(user) for number, *user in rows}

    def answers(self):
        try:
            return self.query("SELECT 1") == [["1"]]
        except DatabaseError:
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {self.said()}") from None
            return False

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command("postgres", "-D", self.data, "-p", str(self.port), "-c",
                             f"listen_addresses={self.address}"), stdout=log, stderr=log, cwd="/")
        wait_until("PostgreSQL answers", self.answers)

    def pids(self):
        return [self.process.pid, *children_of(self.process.pid)]

    def cpu_ticks(self):
        """Processor time of all its processes, also of those that have ended (proc(5))."""
        ticks = 0
        for each in self.pids():
            try:
                with open(f"/proc/{each}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
            if each == self.process.pid:
                ticks += int(fields[13]) + int(fields[14])
        return ticks

    def signal_all(self, number):
        for each in self.pids():
            os.kill(each, number)

    def kill(self):
        """kill -9 of all its processes, as if the machine were gone."""
        if self.process is None:
            return
        memory = self.shared_memory()
        pids = self.pids()
        for each in pids:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process = None
        wait_until("its processes are gone", lambda: not any(map(runs, pids[1:])), pause=0.001)
        if memory is not None:
            ctypes.CDLL(None).shmctl(memory, 0, None)  # IPC_RMID

    def shared_memory(self):
        """The segment that nobody would remove after a SIGKILL."""
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
                return int(file.read().splitlines()[6].split()[1])
        except (OSError, IndexError, ValueError):
            return None

    def stop(self):
        """At once, with its clients, and so that nothing is lost."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.process = None

    def remove(self):
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def set(self, name, value):
        with self.session() as session:
            session.query(f"ALTER SYSTEM SET {name} = '{value}'")
            session.query("SELECT pg_reload_conf()")

    def wait_for_standby(self):
        """From now on no commit is acknowledged that the standby does not have."""
        self.set("synchronous_standby_names", STANDBY)
        with self.session() as session:
            wait_until("the standby is synchronous", lambda: session.query(
                "SELECT sync_state FROM pg_stat_replication") == [["sync"]])
            # The state is told by each process for itself; what counts is that commits wait.
            session.query("CREATE TABLE IF NOT EXISTS public.awaited (x int)")
            deadline = time.monotonic() + 0.2
            while time.monotonic() < deadline:
                session.query("INSERT INTO public.awaited VALUES (1)")
                time.sleep(0.05)

    def promote(self):
        """Returns when it takes writes."""
        with self.session() as session:
            session.query("SELECT pg_promote(false)")
            wait_until("it is the primary", lambda: session.query(
                "SELECT pg_is_in_recovery()") == [["f"]], pause=0.002)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def url_of(*hosts, schema=None, ids=None):
    """The URL of (address, port) pairs, for --store. `ids` are leased or ordered."""
    where = ",".join(f"{address}:{port}" for address, port in hosts)
    url = f"postgresql://rollcall@{where}/postgres?sslmode=disable&gssencmode=disable"
    url += f"&ids={ids}" if ids else ""
    return url + (f"&options=-csearch_path%3D{schema}" if schema else "")
