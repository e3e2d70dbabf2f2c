#!/usr/bin/env python3
"""Starts a real Prometheus with the files of deploy/ beside a server under load, and evaluates every
expression of the alerts and of the dashboard: each must return data."""
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from expressions import DEPLOY, alerts, panels

SKIPPED = 77
SCRAPE_SECONDS = 1
# A scrape takes 1 to 3 ms on a quiet machine; tests share theirs.
SLOWEST_SCRAPE_SECONDS = 0.25


def ask(port, method, target, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, target, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


class Server:
    """The program over a durable store in `folder`."""

    def __init__(self, program, folder):
        command = [program, "--listen", "127.0.0.1:0", "--store", f"sqlite:{folder}/users.db"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        line = self.process.stdout.readline()
        ports = re.findall(r"http://127\.0\.0\.1:(\d+)", line)
        if len(ports) != 2:
            self.process.kill()
            raise RuntimeError(f"no two addresses in {line!r}")
        self.port, self.admin_port = map(int, ports)


class Load(threading.Thread):
    """Creates, reads, and asks for what is wrong, until it is told to stop."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.stopping = False

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        user = json.dumps({"last-name": "Meere", "first-name": "John", "email": "j@example.com"})
        fields = {"Content-Type": "application/json"}
        requests = [("POST", "/users", user), ("GET", "/users/1", None), ("POST", "/users", "{}"),
                    ("GET", "/users?limit=2", None), ("DELETE", "/users/999999999", None)]
        while not self.stopping:
            for method, target, body in requests:
                connection.request(method, target, body, fields)
                connection.getresponse().read()
        connection.close()


class Prometheus:
    """Scrapes the server, by the configuration of deploy/ with another target and interval."""

    def __init__(self, folder, target):
        with open(os.path.join(DEPLOY, "prometheus.yml"), encoding="utf-8") as file:
            text = file.read()
        changed = text.replace('"127.0.0.1:3001"', f'"127.0.0.1:{target}"')
        changed = changed.replace("15s", f"{SCRAPE_SECONDS}s")
        assert changed.count(str(target)) == 1, "deploy/prometheus.yml has another target"
        shutil.copy(os.path.join(DEPLOY, "alerts.yml"), folder)
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        self.log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        # It can't pick a free port itself.
        for port in range(20000 + os.getpid() % 20000, 65000, 7):
            self.port = port
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={path}", f"--storage.tsdb.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}"],
                stdout=self.log, stderr=self.log)
            if self.is_ready():
                return
        raise RuntimeError("Prometheus does not start")

    def is_ready(self):
        for _ in range(200):
            if self.process.poll() is not None:
                return False
            try:
                if ask(self.port, "GET", "/-/ready")[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.1)
        self.process.kill()
        return False

    def query(self, expression):
        target = "/api/v1/query?query=" + urllib.parse.quote(expression)
        status, text = ask(self.port, "GET", target)
        answer = json.loads(text)
        if status != 200 or answer["status"] != "success":
            raise AssertionError(f"{expression}: {answer.get('error')}")
        return answer["data"]["result"]


def alert_expressions():
    """Of each alert, whether it would fire as a number: there is one whether it does or not."""
    answer = subprocess.run(["promtool", "check", "rules", os.path.join(DEPLOY, "alerts.yml")],
                            capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return [re.sub(r"(.*) (>|<|==) ", r"\1 \2 bool ", each) for each, _ in alerts()]


def scrape_times(port):
    times = []
    for _ in range(20):
        begin = time.monotonic()
        status, _ = ask(port, "GET", "/metrics")
        assert status == 200
        times.append(time.monotonic() - begin)
    return times


def main():
    for needed in ("prometheus", "promtool"):
        if shutil.which(needed) is None:
            print(f"skipped: no {needed} (script/bootstrap --metrics)")
            return SKIPPED
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(sys.argv[1], folder)
        loads = [Load(server.port) for _ in range(4)]
        prometheus = None
        try:
            for each in loads:
                each.start()
            prometheus = Prometheus(folder, server.admin_port)
            expressions = alert_expressions() + [each for each, _ in panels()]
            missing = set(expressions)
            deadline = time.monotonic() + 30
            while missing and time.monotonic() < deadline:
                time.sleep(SCRAPE_SECONDS)
                missing = {each for each in missing if not prometheus.query(each)}
            failed += [f"no data: {each}" for each in sorted(missing)]
            if prometheus.query("rollcall_users")[0]["value"][1] == "0":
                failed.append("no users: there was no load")
            times = scrape_times(server.admin_port)
            print(f"{len(expressions)} expressions; a scrape under load: median "
                  f"{statistics.median(times) * 1e3:.1f} ms, best {min(times) * 1e3:.1f} ms")
            if statistics.median(times) > SLOWEST_SCRAPE_SECONDS:
                failed.append("a scrape takes too long")
        finally:
            for each in loads:
                each.stopping = True
            for each in loads:
                each.join()
            for process in (prometheus.process if prometheus else None, server.process):
                if process is not None:
                    process.terminate()
                    process.wait()
    for each in failed:
        print(each)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
