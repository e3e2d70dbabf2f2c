"""Clients that create, change and remove users through one or several instances."""
import json
import random
import re
import socket
import threading
import time

from ledger import Counter

LOST = "lost"  # Instead of a status: the connection ended before an answer.
COUNTERS = 8
CONTESTED = 24  # Addresses that many want.
PATIENCE = 40


class Answer:
    def __init__(self, status, head=b"", body=b""):
        self.status = status
        self.head = head
        self.body = body

    def json(self):
        return json.loads(self.body)

    def field(self, name):
        found = re.search(rb"(?im)^" + name.encode() + rb": *(.*?)\r?$", self.head)
        return found[1].decode() if found else None


class Connection:
    """To an instance; it is made anew when the other side has closed it."""

    def __init__(self, place):
        self.place = place  # Its address and port.
        self.socket = None

    def exchange(self, method, target, user=None, fields=""):
        body = json.dumps(user) if user else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\n{fields}"
        if user:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        try:
            if self.socket is None:
                self.socket = socket.create_connection(self.place, PATIENCE)
            self.socket.sendall(f"{head}\r\n{body}".encode())
            answer = self.receive()
        except OSError:
            self.close()
            return Answer(LOST)
        if b"connection: close" in answer.head.lower():
            self.close()
        return answer

    def receive(self):
        octets = b""
        while b"\r\n\r\n" not in octets:
            octets += self.more()
        head, _, body = octets.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self.more()
        return Answer(int(head.split(b" ")[1]), head, body)

    def more(self):
        octets = self.socket.recv(65536)
        if not octets:
            raise OSError("closed without an answer")
        return octets

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def user_of(name, email, first="John"):
    return {"last-name": name, "first-name": first, "email": email}


# How often clients do what; the methods of Client.
CREATES = {"create": 1}
ALL = {"create": 40, "create_with_key": 20, "create_contested": 5, "raise_counter": 25, "change": 5,
       "remove": 5}


class Client(threading.Thread):
    """One client. `places` are those of the instances, in random turn."""

    def __init__(self, ledger, places, name, seed, mix, pause=0.0):
        super().__init__(daemon=True)
        self.ledger = ledger
        self.connections = [Connection(each) for each in places]
        self.client = name
        self.chance = random.Random(f"{seed}-{name}")
        self.mix = mix
        self.pause = pause
        self.count = 0
        self.mine = []
        self.stops = False
        self.failure = None

    def run(self):
        kinds, weights = list(self.mix), list(self.mix.values())
        try:
            while not self.stops:
                getattr(self, self.chance.choices(kinds, weights)[0])()
                if self.pause:
                    time.sleep(self.pause)
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
        for each in self.connections:
            each.close()

    def exchange(self, method, target, user=None, fields=""):
        connection = self.chance.choice(self.connections)
        begin = time.monotonic()
        answer = connection.exchange(method, target, user, fields)
        if method != "GET":
            self.ledger.note(connection.place, begin, answer.status)
        if answer.status == LOST:
            time.sleep(0.02)
        return answer

    def unexpected(self, what, answer):
        with self.ledger.lock:
            self.ledger.wrong.append(f"{what} was answered with {answer.status}: {answer.body!r}")

    def new_name(self):
        self.count += 1
        return f"{self.client}-{self.count}"

    def create(self, email=None):
        name = self.new_name()
        email = email or f"{name}@example.com"
        answer = self.exchange("POST", "/users", user_of(name, email))
        if answer.status == 201:
            self.mine.append(self.ledger.created(answer.json()["id"], name, email))
        elif answer.status in (LOST, 504):
            self.ledger.may_be_created(name, email)
        elif answer.status not in (503, 409):
            self.unexpected("a create", answer)

    def contested(self):
        return f"{self.chance.choice(('P', 'p'))}ool{self.chance.randrange(CONTESTED)}@example.com"

    def create_contested(self):
        self.create(self.contested())

    def create_with_key(self):
        """Several clients use the same keys, each with the same user."""
        self.count += 1
        key = f"key-{self.count // 2}-{self.chance.randrange(4)}"
        email = f"{key}@example.com"
        while not self.stops:
            answer = self.exchange("POST", "/users", user_of(key, email),
                                   f'Idempotency-Key: "{key}"\r\n')
            if answer.status == 201:
                return self.ledger.told_for_key(key, answer.json()["id"], email)
            if answer.status in (LOST, 504):
                self.ledger.may_be_created(key, email)
            elif answer.status not in (503, 409):
                return self.unexpected("a create with a key", answer)
            time.sleep(0.01)
        return None

    def raise_counter(self):
        number = self.chance.choice(list(self.ledger.counters))
        found = self.exchange("GET", f"/users/{number}")
        if found.status != 200:
            if found.status == 404:
                self.unexpected(f"a look at the counter {number}", found)
            return
        user = found.json()
        value = int(user["first-name"]) + 1
        answer = self.exchange("PUT", f"/users/{number}",
                               user_of("counter", user["email"], str(value)),
                               f"If-Match: {found.field('etag')}\r\n")
        if answer.status in (200, 204):
            self.ledger.raised(number, value)
        elif answer.status in (LOST, 504):
            self.ledger.may_be_raised(number)
        elif answer.status not in (412, 503):
            self.unexpected("a raise", answer)

    def change(self):
        """Of an address. What nobody knows of may be done later: then the user is left alone."""
        if not self.mine:
            return
        user = self.mine.pop(self.chance.randrange(len(self.mine)))
        email = self.contested() if self.chance.random() < 0.5 else f"{self.new_name()}@example.org"
        answer = self.exchange("PUT", f"/users/{user.number}", user_of(user.name, email))
        if answer.status in (200, 204):
            user.contents = {email}
        elif answer.status in (LOST, 504):
            user.contents = user.contents | {email}
            return
        elif answer.status not in (503, 409):
            self.unexpected("a change", answer)
        self.mine.append(user)

    def remove(self):
        if not self.mine:
            return
        user = self.mine.pop(self.chance.randrange(len(self.mine)))
        answer = self.exchange("DELETE", f"/users/{user.number}")
        if answer.status == 204:
            user.removal = "done"
        elif answer.status in (LOST, 504):
            user.removal = "unknown"
        elif answer.status == 503:
            self.mine.append(user)
        else:
            self.unexpected("a removal", answer)


class Load:
    """Clients at work; a context manager, after which they have ended."""

    def __init__(self, ledger, places, count, seed, mix=None, pause=0.0, names="c"):
        self.ledger = ledger
        self.clients = [Client(ledger, places, f"{names}{i}", seed, mix or ALL, pause)
                        for i in range(count)]

    def __enter__(self):
        for each in self.clients:
            each.start()
        return self

    def __exit__(self, *_):
        for each in self.clients:
            each.stops = True
        for each in self.clients:
            each.join()
        for each in self.clients:
            if each.failure is not None:
                raise each.failure

    def wait_for_answers(self, count=1, seconds=30):
        """Until so many more writes are acknowledged."""
        aim = self.ledger.acknowledged() + count
        deadline = time.monotonic() + seconds
        while self.ledger.acknowledged() < aim:
            if time.monotonic() > deadline:
                raise RuntimeError(f"no write was acknowledged within {seconds} s: "
                                   f"{self.ledger.summary()}")
            time.sleep(0.01)


def make_counters(ledger, place):
    connection = Connection(place)
    for i in range(COUNTERS):
        answer = connection.exchange("POST", "/users", user_of("counter", f"n{i}@example.com", "0"))
        ledger.counters[answer.json()["id"]] = Counter()
    connection.close()


def unreadable(places, numbers):
    """Those ids that are not found through each of the instances."""
    missing = []
    for place in places:
        connection = Connection(place)
        missing += [each for each in numbers
                    if connection.exchange("GET", f"/users/{each}").status != 200]
        connection.close()
    return missing
