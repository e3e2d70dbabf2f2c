"""What clients see of a user is as if its operations came one after the other, also across SIGKILL.

  history_test.py PROGRAM

ROLLCALL_TEST_ROUNDS (default 1) makes it longer.
"""
import os
import random
import signal
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", each) for each in ("history", "proxies", "support")]
from balancing import Instance, listening, port_of  # noqa: E402
from history import describe, record, violations  # noqa: E402
from linearizability import UNKNOWN  # noqa: E402

ROUNDS = int(os.environ.get("ROLLCALL_TEST_ROUNDS", "1"))


def main():
    program = sys.argv[1]
    seed = random.randrange(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        held = listening()
        instance = Instance(program, held, f"sqlite:{folder}/users.db")
        seconds = 4 * ROUNDS
        kills = threading.Thread(target=kill_often, args=(instance, seconds - 1))
        kills.start()
        users = record([port_of(held)], 8, seconds, seed)
        kills.join()
        instance.end(signal.SIGTERM, 0)
    wrong = violations(users)
    operations = [each for user in users for each in user.history]
    unknown = sum(each.outcome == UNKNOWN for each in operations)
    print(f"seed {seed}: {len(users)} users, {len(operations)} operations, {unknown} of unknown "
          f"outcome, {len(wrong)} histories that can't be")
    for each in wrong[:3]:
        print(describe(each))
    return 1 if wrong or len(operations) < 500 else 0


def kill_often(instance, seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(0.7)
        instance.kill()
        instance.start()


if __name__ == "__main__":
    sys.exit(main())
