"""A network of its own for each process: a partition as TCP sees it. For root only.

Between two of them one direction falls silent by giving the sender a hardware address for the
receiver that nobody has: packets leave, and arrive nowhere.
"""
import os
import subprocess
import sys

MARK = "ROLLCALL_TEST_NAMESPACE"
SUBNET = "10.77.0."
NOBODY = "02:00:00:00:00:99"


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdout=subprocess.DEVNULL)


def enter():
    """Runs this program again in a network that is empty but for itself, and returns its exit code;
    None there, and 77 where that is not allowed."""
    if MARK in os.environ:
        ip("link", "set", "lo", "up")
        # Their names are this program's own, too.
        os.makedirs("/run/netns", exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run/netns"], check=True)
        return None
    enter_again = ["unshare", "--net", "--mount"]
    if os.getuid() != 0 or subprocess.run([*enter_again, "true"], check=False,
                                          stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: namespaces are for root")
        return 77
    return subprocess.run([*enter_again, sys.executable, *sys.argv], check=False,
                          env={**os.environ, MARK: "1"}).returncode


class Network:
    """Machines by name, on one switch, with this process. A context manager."""

    def __init__(self, names):
        self.names = list(names)
        self.addresses = {name: f"{SUBNET}{i + 2}" for i, name in enumerate(self.names)}
        self.hardware = {name: f"02:00:00:00:00:{i + 2:02x}" for i, name in enumerate(self.names)}

    def inside(self, name):
        """What a command begins with, to run on that machine."""
        return ["ip", "netns", "exec", name]

    def __enter__(self):
        ip("link", "add", "name", "switch", "type", "bridge")
        ip("address", "add", f"{SUBNET}1/24", "dev", "switch")
        ip("link", "set", "switch", "up")
        for name in self.names:
            inner = ["-n", name]
            ip("netns", "add", name)
            ip("link", "add", "name", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", "dev", name, "master", "switch", "up")
            ip(*inner, "link", "set", "lo", "up")
            ip(*inner, "link", "set", "eth0", "address", self.hardware[name], "up")
            ip(*inner, "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        for sender in self.names:
            for receiver in self.names:
                if sender != receiver:
                    self.heal(sender, receiver)
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False)

    def neighbour(self, sender, receiver, hardware):
        ip("-n", sender, "neigh", "replace", self.addresses[receiver], "lladdr",
           hardware, "dev", "eth0", "nud", "permanent")

    def silence(self, sender, receiver):
        self.neighbour(sender, receiver, NOBODY)

    def heal(self, sender, receiver):
        self.neighbour(sender, receiver, self.hardware[receiver])
