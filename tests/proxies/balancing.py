"""Instances behind a balancer, and clients that create users through it meanwhile.

Sockets are held here, as a socket unit of systemd holds them, so that an instance that restarts
refuses nobody.
"""
import os
import re
import signal
import socket
import subprocess
import threading
import time

from reverse_proxies import Proxy

NGINX_BALANCES = """
  upstream back {{
{servers}
    keepalive 512;
    {more}
  }}
  keepalive_requests 1000000;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
"""


def listening(backlog=4096):
    held = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    held.set_inheritable(True)
    return held


def port_of(held):
    return held.getsockname()[1]


class Instance:
    """A server on a socket that it is given."""

    def __init__(self, program, held, store, options=()):
        self.command = [program, "--store", store, "--admin-listen", "off", *options]
        self.held = held
        self.start()

    def start(self):
        """Returns when it serves."""
        script = f'exec 3<&{self.held.fileno()}; export LISTEN_PID=$$; exec "$0" "$@"'
        self.process = subprocess.Popen(["bash", "-c", script, *self.command],
                                        env={**os.environ, "LISTEN_FDS": "1"}, close_fds=False,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        if "serves" not in self.process.stdout.readline():
            raise RuntimeError("the server does not start")

    def stop(self):
        self.end(signal.SIGTERM, 0)

    def kill(self):
        self.end(signal.SIGKILL, -signal.SIGKILL)

    def end(self, number, status):
        self.process.send_signal(number)
        if self.process.wait(20) != status:
            raise RuntimeError("the server does not end as it should")
        self.process.stdout.close()

    def restart(self):
        self.stop()
        self.start()


class Balancer(Proxy):
    """HAProxy or nginx before instances on `ports`."""

    def __init__(self, name, ports, folder, more="", server_options=""):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        os.chmod(folder, 0o755)
        line = {"haproxy": "  server s{0} 127.0.0.1:{1} {2}",
                "nginx": "    server 127.0.0.1:{1} {2};"}[name]
        servers = "\n".join(line.format(i, port, server_options) for i, port in enumerate(ports))
        if name == "nginx":
            more = NGINX_BALANCES.format(servers=servers, more=more)
        super().__init__(name, self.folder, target="back", settings="", servers=servers, more=more)

    def changes_to_down(self):
        """How often HAProxy has taken a server out, of all its servers."""
        with socket.socket(socket.AF_UNIX) as stats:
            stats.connect(os.path.join(self.folder, "stats"))
            stats.sendall(b"show stat\n")
            with stats.makefile("r", encoding="ascii") as answer:
                names = answer.readline().lstrip("# ").strip().split(",")
                rows = [dict(zip(names, line.strip().split(","))) for line in answer if "," in line]
        return sum(int(each["chkdown"]) for each in rows if each["chkdown"].isdigit()
                   and each["svname"] not in ("FRONTEND", "BACKEND"))


def create_request(email, fields=""):
    body = f'{{"last-name":"Meere","first-name":"John","email":"{email}"}}'
    return (f"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode("ascii")


class Client:
    """A connection that is made anew when the other side has closed it."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def exchange(self, request):
        """The status of the answer. OSError if there is none."""
        try:
            self.connection = self.connection or socket.create_connection(
                ("127.0.0.1", self.port), 20)
            self.connection.sendall(request)
            head, _, rest = self.receive().partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if length is None:
                raise OSError("an answer without a length")
            while len(rest) < int(length[1]):
                rest += self.receive()
        except OSError:
            self.close()
            raise
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ")[1])

    def receive(self):
        octets = self.connection.recv(65536)
        if not octets:
            raise OSError("closed without an answer")
        return octets

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load:
    """Clients that create users, one after the other, and what became of that."""

    def __init__(self, port, clients=64, keyed=False):
        self.keyed = keyed  # Sends what was not answered with 201 again, with its key.
        self.stops = False
        self.created = []   # The addresses, each once.
        self.failures = []
        self.slowest = 0.0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(Client(port), i))
                        for i in range(clients)]
        for each in self.threads:
            each.start()

    def run(self, client, number):
        count = 0
        while not self.stops:
            count += 1
            email = f"c{number}-{count}@example.com"
            key = f'Idempotency-Key: "{number}-{count}"\r\n' if self.keyed else ""
            begin = time.monotonic()
            failure = self.create(client, create_request(email, key))
            while failure and self.keyed and time.monotonic() - begin < 30:
                time.sleep(0.01)
                failure = self.create(client, create_request(email, key))
            with self.lock:
                if failure is None:
                    self.created.append(email)
                else:
                    self.failures.append(failure)
                self.slowest = max(self.slowest, time.monotonic() - begin)
        client.close()

    @staticmethod
    def create(client, request):
        try:
            status = client.exchange(request)
        except OSError as error:
            return repr(error)
        return None if status == 201 else str(status)

    def stop(self):
        self.stops = True
        for each in self.threads:
            each.join()
        return self

    def __str__(self):
        lines = [f"{len(self.created)} created, {len(self.failures)} failed, the slowest took "
                 f"{self.slowest * 1000:.0f} ms"]
        return "\n".join(lines + sorted(set(self.failures)))
