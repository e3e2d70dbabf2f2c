"""Two instances behind HAProxy, each restarted under load: no request may fail.

The sockets are held here, as a socket unit of systemd holds them, and HAProxy has its defaults.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "support"), os.path.join(TOP, "tests", "proxies")]
from reverse_proxies import find, free_port  # noqa: E402

SKIPPED = 77
CLIENTS = 64
PAUSE = 1.5
CONFIGURATION = """
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
  server a 127.0.0.1:{first} check
  server b 127.0.0.1:{second} check
"""
BODY = b'{"last-name":"Meere","first-name":"John","email":"johnm@gmail.com"}'
CREATE = (b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
          b"Content-Length: %d\r\n\r\n" % len(BODY)) + BODY


def listening():
    held = socket.create_server(("127.0.0.1", 0), backlog=4096)
    held.set_inheritable(True)
    return held


def port_of(held):
    return held.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("HAProxy does not start")


class Instance:
    """A server on a socket that it is given."""

    def __init__(self, program, held, store):
        self.start = lambda: self._start(program, held, store)
        self.process = self.start()

    @staticmethod
    def _start(program, held, store):
        script = f'exec 3<&{held.fileno()}; export LISTEN_PID=$$; exec "$0" "$@"'
        process = subprocess.Popen(["bash", "-c", script, program, "--store", store],
                                   env={**os.environ, "LISTEN_FDS": "1"}, close_fds=False,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if "serves" not in process.stdout.readline():
            raise RuntimeError("the server does not start")
        return process

    def restart(self):
        self.stop()
        self.process = self.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(20) != 0:
            raise RuntimeError("the server does not stop cleanly")
        self.process.stdout.close()


class Load:
    """Clients that create users, one after the other, and what became of that."""

    def __init__(self, port):
        self.port = port
        self.stops = False
        self.made = 0
        self.failures = []
        self.slowest = 0.0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]
        for each in self.threads:
            each.start()

    def run(self):
        connection = None
        while not self.stops:
            begin = time.monotonic()
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), 20)
                connection.sendall(CREATE)
                head, _, rest = self.receive(connection).partition(b"\r\n\r\n")
                length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
                while len(rest) < length:
                    rest += self.receive(connection)
                failure = None if head.startswith(b"HTTP/1.1 201") else head.split(b"\r\n")[0]
                closes = b"connection: close" in head.lower()
            except (OSError, TypeError) as error:
                failure, closes = repr(error), True
            with self.lock:
                self.made += failure is None
                self.failures += [failure] if failure else []
                self.slowest = max(self.slowest, time.monotonic() - begin)
            if closes and connection:
                connection.close()
                connection = None

    @staticmethod
    def receive(connection):
        octets = connection.recv(65536)
        if not octets:
            raise OSError("closed without an answer")
        return octets

    def stop(self):
        self.stops = True
        for each in self.threads:
            each.join()


def main():
    program = sys.argv[1]
    if find("haproxy") is None:
        print("HAProxy is not installed (script/bootstrap --proxies)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        sockets = [listening(), listening()]
        instances = [Instance(program, held, f"sqlite:{folder}/{i}.db")
                     for i, held in enumerate(sockets)]
        port = free_port()
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(port=port, first=port_of(sockets[0]),
                                            second=port_of(sockets[1])))
        proxy = subprocess.Popen([find("haproxy"), "-f", path], stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            load = Load(port)
            for each in instances:
                time.sleep(PAUSE)
                each.restart()
            time.sleep(PAUSE)
            load.stop()
        finally:
            proxy.kill()
            proxy.wait()
            for each in instances:
                each.stop()
    print(f"{load.made} created, {len(load.failures)} failed, the slowest took "
          f"{load.slowest * 1000:.0f} ms")
    for each in set(load.failures):
        print(each)
    return 1 if load.failures or load.made < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
