"""Starts the program on a free port of 127.0.0.1 and ends it by its pid."""
import os
import re
import subprocess

from running_process import RunningProcess


class RunningProgram(RunningProcess):
    """A context manager; the program listens on `port` while the block runs."""

    def __init__(self, path, store="memory:", options=(), environment=None):
        command = [path, "--listen", "127.0.0.1:0", "--store", store, "--threads", "1", *options]
        if "--drain-delay" not in options:
            command += ["--drain-delay", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not address:
            self.stop()
            raise RuntimeError(f"{path} does not serve: {line!r}")
        self.port = int(address[1])
        self.line = line
