"""Rollcalls that share a database."""
import os
import re
import signal
import subprocess

from running_process import RunningProcess


class Rollcall(RunningProcess):
    """A server on a free port, which it keeps when it starts again; what it has to say is in
    `log`. A context manager."""

    def __init__(self, program, store, log, options=(), address="127.0.0.1", prefix=(),
                 environment=None):
        self.command = [*prefix, program, "--store", store, "--admin-listen", "off", *options]
        if "--drain-delay" not in options:
            self.command += ["--drain-delay", "0"]
        self.environment = {**os.environ, **(environment or {})}
        self.log = log
        self.address = address
        self.port = 0
        self.start()

    def start(self, seconds=30):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "--listen", f"{self.address}:{self.port}"],
                stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment)
        line = self.process.stdout.readline()
        found = re.search(r"http://[\d.]+:(\d+)", line)
        if found is None:
            self.process.wait(seconds)
            raise RuntimeError(f"the server does not start: {self.said()}")
        self.port = int(found[1])

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def restart(self):
        self.stop()
        self.start()

    def resident_octets(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu_ticks(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])


def machine_ticks():
    """Of all processors, what was not idle (proc(5))."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(each) for each in file.readline().split()[1:]]
    return sum(fields[:3]) + sum(fields[5:8])


def seconds_of(ticks):
    return ticks / os.sysconf("SC_CLK_TCK")
