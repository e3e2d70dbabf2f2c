#!/usr/bin/env python3
"""Runs what is in deploy/ with the programs it is for, as far as they are installed.

usage: deploy_test.py PROGRAM

Checks the units with systemd-analyze; starts HAProxy and nginx with their files, on free ports, in
front of the server, and sends requests through them. Prints what is wrong, a line each. Exit codes:
0 nothing is; 1 something is; 77 none of the programs is installed (script/bootstrap --proxies).
"""
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "support"), os.path.join(TOP, "tests", "proxies")]
from reverse_proxies import free_port  # noqa: E402
from running_process import RunningProcess  # noqa: E402
from running_program import RunningProgram  # noqa: E402

SKIPPED = 77
MOST_EXPOSED = 1.5
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
USER = b'{"last-name":"Meere","first-name":"John","email":"johnm@gmail.com"}'
LINES = 3000

NGINX_FRAME = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {path};
}}
"""


def read(name):
    with open(os.path.join(TOP, "deploy", name), encoding="utf-8") as file:
        return file.read()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Proxy(RunningProcess):
    """A context manager; the proxy listens on `port` while the block runs."""

    def __init__(self, command, port):
        self.port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{command[0]} does not start")


def haproxy(folder, port, target):
    text = read("haproxy.cfg").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    text = text.replace("127.0.0.1:3000", f"127.0.0.1:{target}")
    return ["haproxy", "-db", "-f", write(folder, "haproxy.cfg", text)]


def nginx(folder, port, target):
    text = read("nginx.conf").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    text = text.replace("127.0.0.1:3000", f"127.0.0.1:{target}")
    path = write(folder, "site.conf", text)
    # Its workers may be another user's.
    os.chmod(folder, 0o755)
    return ["nginx", "-c", write(folder, "nginx.conf",
                                 NGINX_FRAME.format(folder=folder, path=path))]


def ask(port, method, target, body=None, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request(method, target, body, fields)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def use(name, port):
    """What is wrong with answers that come through the proxy."""
    status, headers, _ = ask(port, "POST", "/users", USER, Content_Type="application/json")
    if status != 201:
        yield f"{name}: a create is {status}"
    if len(headers.get("X-Request-Id", "")) < 32:
        yield f"{name}: the id of a request is not {headers.get('X-Request-Id')}"
    status, _, body = ask(port, "POST", "/users", (USER + b"\n") * LINES,
                          Content_Type="application/x-ndjson")
    if status != 200 or body.count(b'"id":') != LINES:
        yield f"{name}: a stream is {status} with {body.count(b'id')} ids"
    _, headers, _ = ask(port, "GET", "/users?limit=1", Host="users.example:8443")
    if "<http://users.example:8443/users?" not in headers["Link"]:
        yield f"{name}: Link is {headers['Link']}"


def check_proxy(name, program, configure):
    with tempfile.TemporaryDirectory() as folder:
        # nginx says where its client is; the server believes it.
        options = ["--trusted-proxy", "127.0.0.1"]
        with RunningProgram(program, options=options) as server:
            port = free_port()
            with Proxy(configure(folder, port, server.port), port):
                yield from use(name, port)


def told(folder):
    """The row of the server in HAProxy's statistics, by the names of the columns."""
    with socket.socket(socket.AF_UNIX) as stats:
        stats.connect(os.path.join(folder, "stats"))
        stats.sendall(b"show stat rollcall 4 -1\n")
        text = stats.makefile(encoding="utf-8").read()
    names, values = (line.split(",") for line in text.strip().lstrip("# ").splitlines()[:2])
    return dict(zip(names, values))


def wait_for(folder, **wanted):
    """What HAProxy says instead, or nothing."""
    for _ in range(50):
        row = told(folder)
        seen = {name: row[name] for name in wanted}
        if seen == wanted:
            return
        time.sleep(0.1)
    yield f"haproxy: {seen} instead of {wanted}"


def check_agent(program):
    """HAProxy follows what the server's agent says."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--agent-listen", "127.0.0.1:0", "--max-connections", "77"]
        with RunningProgram(program, options=options) as server:
            admin = int(re.search(r"admin http://127\.0\.0\.1:(\d+)", server.line)[1])
            agent = re.search(r"agent 127\.0\.0\.1:(\d+)", server.line)[1]
            port = free_port()
            command = haproxy(folder, port, server.port)
            with open(command[-1], encoding="utf-8") as file:
                text = file.read().replace("agent-port 3002", f"agent-port {agent}")
            write(folder, "haproxy.cfg", f"global\n  stats socket {folder}/stats\n" + text)
            with Proxy(command, port):
                yield from wait_for(folder, status="UP", slim="77")
                ask(admin, "POST", "/drain")
                yield from wait_for(folder, status="DRAIN (agent)")
                ask(admin, "POST", "/resume")
                yield from wait_for(folder, status="UP")


def check_units():
    with tempfile.TemporaryDirectory() as folder:
        unit = read("systemd/rollcall.service").replace("/usr/local/bin/rollcall", "/bin/true")
        paths = [write(folder, "rollcall.service", unit),
                 write(folder, "rollcall.socket", read("systemd/rollcall.socket"))]
        checked = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True,
                                 text=True, check=False)
        if checked.returncode != 0 or checked.stderr.strip():
            yield "systemd-analyze verify: " + checked.stderr.strip()
        rated = subprocess.run(["systemd-analyze", "security", "--offline=true", paths[0]],
                               capture_output=True, text=True, check=False).stdout
        level = re.search(r"exposure level for \S+: ([\d.]+)", rated)
        if not level or float(level[1]) > MOST_EXPOSED:
            yield f"systemd-analyze security: {level[1] if level else rated[-200:]}"


def main():
    os.environ["PATH"] = PATH
    program = os.path.abspath(sys.argv[1])
    wrong, ran = [], []
    for name, configure in (("haproxy", haproxy), ("nginx", nginx)):
        if shutil.which(name):
            ran.append(name)
            wrong += check_proxy(name, program, configure)
    if shutil.which("haproxy"):
        wrong += check_agent(program)
    if shutil.which("systemd-analyze"):
        ran.append("systemd-analyze")
        wrong += check_units()
    for each in wrong:
        print(each)
    print("ran", ", ".join(ran) or "nothing: none of the programs is installed")
    return SKIPPED if not ran else 1 if wrong else 0


sys.exit(main())
