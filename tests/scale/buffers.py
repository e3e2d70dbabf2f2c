"""Large batches through sockets that hold next to nothing: both sides want to write, and neither
may wait for the other for ever."""
import json
import os
import subprocess
import time

from namespaces import ip

USERS = 65_536
UPLOADS = 16        # Each has up to 1,024 lines that wait.
BUFFER = 4_096      # Octets that a socket holds, either way.
NAME_OCTETS = 1_000
PATIENCE = 300


def run(house, _options):
    # A packet must fit, or each waits for a timer.
    ip("link", "set", "lo", "mtu", "600")
    for each in ("tcp_rmem", "tcp_wmem"):
        with open(f"/proc/sys/net/ipv4/{each}", "w", encoding="ascii") as file:
            file.write(f"{BUFFER} {BUFFER} {BUFFER}\n")
    database = house.database().make()
    instance = house.instance(database)
    path = os.path.join(house.folder, "users.ndjson")
    user = {"last-name": "\N{CJK UNIFIED IDEOGRAPH-738B}" * (NAME_OCTETS // 4),
            "first-name": "\U00010348" * (NAME_OCTETS // 4), "email": "john@example.com"}
    line = json.dumps(user, ensure_ascii=False) + "\n"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines([line] * (USERS // UPLOADS))
    print(f"{USERS} lines of {len(line.encode())} octets, {BUFFER} octets a socket")
    begin = time.monotonic()
    uploads = [subprocess.Popen(
        ["curl", "-s", "-m", str(PATIENCE), "-o", f"{path}.{i}", "-H", "Expect:", "-H",
         "Content-Type: application/x-ndjson", "--data-binary", f"@{path}",
         f"http://127.0.0.1:{instance.port}/users"]) for i in range(UPLOADS)]
    codes = {each.wait() for each in uploads}
    took = time.monotonic() - begin
    [[there]] = database.query("SELECT count(*) FROM users")
    print(f"{there} users after {took:.1f} s")
    if int(there) != USERS:
        with open(f"{path}.0", encoding="utf-8") as file:
            print(f"the first answer ends with {file.read()[-300:]}")
    wrong = [f"curl ended with {code}" for code in codes - {0}]
    return wrong + ([] if int(there) == USERS else [f"{there} users of {USERS}"])


