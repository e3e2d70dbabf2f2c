"""The client that HAProxy names in a PROXY header, of each version, is in the access log."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "support"), os.path.join(TOP, "tests", "proxies")]
from reverse_proxies import find, free_port  # noqa: E402

SKIPPED = 77
CLIENT = "127.0.0.9"
CONFIGURATION = """
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen binary
  bind 127.0.0.1:{binary}
  server a 127.0.0.1:{server} send-proxy-v2 proxy-v2-options crc32c,unique-id check inter 100ms
  unique-id-format %[uuid()]
listen line
  bind 127.0.0.1:{line}
  server a 127.0.0.1:{server} send-proxy check inter 100ms
"""
REQUEST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def ask(port):
    """A request from CLIENT; the first octets of its answer."""
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), 5, (CLIENT, 0)) as client:
                client.sendall(REQUEST)
                answer = client.recv(4096)
                if answer:
                    return answer
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError("no answer through HAProxy")


def main():
    program = sys.argv[1]
    if find("haproxy") is None:
        print("HAProxy is not installed (script/bootstrap --proxies)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        server = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--store", "memory:", "--drain-delay", "0",
             "--proxy-protocol", "any", "--proxy-from", "127.0.0.1", "--access-log", "all",
             "--log-client", "full", "--log-file", log], stdout=subprocess.PIPE, text=True)
        served = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())
        ports = {"binary": free_port(), "line": free_port(), "server": served[1]}
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(**ports))
        proxy = subprocess.Popen([find("haproxy"), "-f", path], stderr=subprocess.DEVNULL)
        try:
            answers = [ask(ports["binary"]), ask(ports["line"])]
            # Its checks, which say that HAProxy speaks for itself, find the server up.
            time.sleep(0.5)
            answers += [ask(ports["binary"]), ask(ports["line"])]
        finally:
            proxy.kill()
            proxy.wait()
            server.send_signal(signal.SIGTERM)
            code = server.wait(20)
            server.stdout.close()
        with open(log, encoding="utf-8") as file:
            clients = re.findall(r" route=/livez .* client=(\S+)", file.read())
    good = [each.startswith(b"HTTP/1.1 200 ") for each in answers]
    print(f"{sum(good)} of {len(good)} answered; clients in the log: {clients}; exit code {code}")
    return 0 if all(good) and clients == [CLIENT] * 4 and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
