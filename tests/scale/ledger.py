"""What clients were told, held against what is there in the end."""
import collections
import itertools
import threading
import time


class User:
    """One that was created for certain. `contents` are the addresses it may have."""

    def __init__(self, number, name, email):
        self.number = number
        self.name = name
        self.contents = {email}
        self.removal = None  # Or "done" or "unknown".


class Counter:
    def __init__(self):
        self.raised = collections.Counter()  # How often a raise to this value was acknowledged.
        self.maybe = 0


class Ledger:
    """Shared by all clients of a run."""

    def __init__(self):
        self.lock = threading.Lock()
        self.users = {}        # By id.
        self.maybe = {}        # Name and address of creates of which nobody knows.
        self.keys = {}         # The ids that were told for a key.
        self.counters = {}     # By id.
        self.answers = []      # When, and at which place, a write was acknowledged.
        self.statuses = collections.Counter()
        self.slowest = 0.0
        self.wrong = []        # What can't be, in words.

    def note(self, place, begin, status):
        end = time.monotonic()
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, end - begin)
            if status in (200, 201, 204):
                self.answers.append((end, place))

    def created(self, number, name, email):
        user = User(number, name, email)
        with self.lock:
            if number in self.users or number in self.counters:
                self.wrong.append(f"the id {number} was given twice")
            self.users[number] = user
        return user

    def told_for_key(self, key, number, email):
        with self.lock:
            self.keys.setdefault(key, set()).add(number)
            if number not in self.users:
                self.users[number] = User(number, key, email)
            elif self.users[number].name != key:
                self.wrong.append(f"the id {number} was given twice, once for the key {key}")

    def may_be_created(self, name, email):
        with self.lock:
            self.maybe[name] = email

    def raised(self, number, value):
        with self.lock:
            self.counters[number].raised[value] += 1

    def may_be_raised(self, number):
        with self.lock:
            self.counters[number].maybe += 1

    def gap(self, begin, end):
        """The longest time in between without an acknowledged write, of any place."""
        with self.lock:
            answers = [each for each in self.answers if begin <= each[0] <= end]
        longest = 0.0
        for place in {each[1] for each in answers}:
            times = [begin, *sorted(at for at, of in answers if of == place), end]
            longest = max(longest, max(b - a for a, b in itertools.pairwise(times)))
        return longest

    def acknowledged(self):
        with self.lock:
            return len(self.answers)

    def check(self, there):
        """`there` maps ids to (last name, first name, address). What is wrong, a line each."""
        wrong = list(self.wrong)
        wrong += self.check_users(there) + self.check_keys(there) + self.check_counters(there)
        names = collections.Counter(each[0] for each in there.values())
        wrong += [f"{name} is there {count} times" for name, count in names.items()
                  if count > 1 and name != "counter"]
        known = {each.name for each in self.users.values()} | set(self.maybe) | {"counter"}
        wrong += [f"{name} was refused, and is there" for name in names if name not in known]
        return wrong

    def check_users(self, there):
        wrong = []
        for user in self.users.values():
            found = there.get(user.number)
            if user.removal == "done" and found is not None:
                wrong.append(f"{user.name} was removed, and is there as {user.number}")
            elif user.removal is None and found is None:
                wrong.append(f"{user.name} was acknowledged as {user.number}, and is lost")
            elif found is not None and (found[0] != user.name or found[2] not in user.contents):
                wrong.append(f"{user.number} is {found} instead of {user.name}, {user.contents}")
        return wrong

    def check_keys(self, there):
        wrong = []
        for key, numbers in self.keys.items():
            if len(numbers) != 1:
                wrong.append(f"the key {key} was answered with {sorted(numbers)}")
            elif not numbers <= set(there):
                wrong.append(f"the user of the key {key} is lost")
        return wrong

    def check_counters(self, there):
        wrong = []
        for number, counter in self.counters.items():
            twice = [value for value, times in counter.raised.items() if times > 1]
            if twice:
                wrong.append(f"the counter {number} was raised more than once to {twice[:3]}")
            least = sum(counter.raised.values())
            value = int(there[number][1]) if number in there else -1
            if not least <= value <= least + counter.maybe:
                wrong.append(f"the counter {number} is {value} after {least} raises, and "
                             f"{counter.maybe} that are unknown")
        return wrong

    def summary(self):
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(
            self.statuses.items(), key=str))
        raises = sum(sum(each.raised.values()) for each in self.counters.values())
        return (f"{len(self.users)} users, {len(self.maybe)} more of unknown outcome, "
                f"{len(self.keys)} keys, {raises} raises; answers: {counts}; the slowest took "
                f"{self.slowest:.2f} s")
