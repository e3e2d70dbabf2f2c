#!/usr/bin/env python3
"""Shows that a page of another origin uses the server from a real Chromium, and only if it may.

usage: browser_test.py PROGRAM

Serves tests/browser/page.html on ports of 127.0.0.1, opens it in Chromium without a window, and
compares what the page saw. Prints what is wrong, a line each. Exit codes: 0 nothing is; 1 something
is; 77 there is no Chromium, which script/bootstrap --browser installs.
"""
import http.server
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.dont_write_bytecode = True

from running_program import RunningProgram  # noqa: E402

SKIPPED = 77
PATIENCE_SECONDS = 90

# What a page sees of a server that allows it.
ALLOWED = [
    ["create", [201, "/users/1", 18, "Zoë"]],
    ["again", [201, "true"]],
    ["upload", [200, 2]],
    ["list", [200, "3", True, 1]],
    ["download", [200, 3]],
    ["edit", [200, "Höch"]],
    ["edit with an old tag", [412, "Precondition Failed"]],
    ["replace", [200, "Tzara"]],
    ["a bad user", [400, 3]],
    ["no such path", [404, "Not Found"]],
    ["delete", [204]],
    ["read the deleted", [404, "No user has this id."]],
]
# The browser tells a page no more than that of a server that does not.
REFUSED = [[step, "TypeError"] for step, _ in ALLOWED]


class Pages:
    """A context manager: serves the page on a port of its own, and takes what it has seen."""

    def __init__(self):
        seen = self.seen = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200 if self.path.startswith("/page") else 404)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(200)
                seen.put(json.loads(body))

            def answer(self, status):
                body = (HERE / "page.html").read_bytes() if self.command == "GET" else b""
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Chromium:
    """A context manager: Chromium with one page open. Ends its own processes, by their group."""

    def __init__(self, path, profile, address):
        self.process = subprocess.Popen(
            [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", f"--user-data-dir={profile}",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", address],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def look(chromium, pages, server_port):
    """What the page sees of the server."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = f"http://127.0.0.1:{pages.port}/page?server={server_port}"
        with Chromium(chromium, profile, address):
            try:
                return pages.seen.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                return [["the page has seen nothing in time", []]]


def check(chromium, program, what, origins, expected):
    """The page's own origin is {page} in `origins`."""
    with Pages() as pages:
        options = []
        for each in origins:
            options += ["--cors-origin", each.format(page=f"http://127.0.0.1:{pages.port}")]
        with RunningProgram(program, options=options) as server:
            seen = look(chromium, pages, server.port)
    if seen == expected:
        return
    for saw, wanted in zip(seen, expected):
        if saw != wanted:
            yield f"{what}: {saw}, not {wanted}"
    if len(seen) != len(expected):
        yield f"{what}: {len(seen)} steps, not {len(expected)}: {seen[-1]}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("browser_test: no chromium: skipped")
        sys.exit(SKIPPED)
    program = sys.argv[1]
    wrong = [*check(chromium, program, "its origin allowed", ["http://a.example", "{page}"],
                    ALLOWED),
             *check(chromium, program, "any origin allowed", ["*"], ALLOWED),
             *check(chromium, program, "another origin allowed", ["http://127.0.0.1:1"], REFUSED),
             *check(chromium, program, "without the option", [], REFUSED)]
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
