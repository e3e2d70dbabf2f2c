"""Clients that read and change a few users through one or several instances, and what they saw."""
import http.client
import json
import random
import threading
import time

from linearizability import UNKNOWN, Operation, is_linearizable

JSON = {"Content-Type": "application/json"}
OPERATIONS_OF_A_USER = 60
USERS_AT_ONCE = 3


def body(content):
    return json.dumps({"last-name": "Meere", "first-name": "John", "email": content})


class User:
    """One user, with its history."""

    def __init__(self, number, content):
        self.number = number
        self.first = content
        self.begun = 0
        self.history = []
        self.lock = threading.Lock()

    def begin(self):
        """Whether one more operation may begin."""
        with self.lock:
            self.begun += 1
            return self.begun <= OPERATIONS_OF_A_USER

    def add(self, operation):
        with self.lock:
            self.history.append(operation)


class Client:
    """One client, on a thread; `ports` are those of the instances, in random turn."""

    def __init__(self, ports, users, seed):
        self.ports = ports
        self.users = users
        self.chance = random.Random(seed)
        self.name = f"c{seed}"
        self.count = 0
        self.connections = {}
        self.known = {}  # Of each user: the content and its entity tag, as last read.

    def exchange(self, method, number, fields=None, content=None):
        """The answer, its body read; None if there is none."""
        port = self.chance.choice(self.ports)
        connection = self.connections.pop(port, None) or http.client.HTTPConnection(
            "127.0.0.1", port, timeout=20)
        path = "/users" if number is None else f"/users/{number}"
        fields = {**(fields or {}), **(JSON if content else {})}
        try:
            connection.request(method, path, body(content) if content else None, fields)
            answer = connection.getresponse()
            answer.octets = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        self.connections[port] = connection
        return answer

    def new_content(self):
        self.count += 1
        return f"{self.name}-{self.count}@example.com"

    def create(self):
        content = self.new_content()
        answer = self.exchange("POST", None, content=content)
        if answer is None or answer.status != 201:
            return None
        return User(json.loads(answer.octets)["id"], content)

    def step(self, user):
        kind = self.chance.choices(("find", "replace", "swap", "remove"), (45, 20, 33, 2))[0]
        expected, tag = self.known.get(user.number, (None, None))
        if kind == "swap" and tag is None:
            kind = "find"
        content = self.new_content() if kind in ("replace", "swap") else None
        fields = {"If-Match": tag} if kind == "swap" else {}
        method = {"find": "GET", "remove": "DELETE"}.get(kind, "PUT")
        called = time.monotonic()
        answer = self.exchange(method, user.number, fields, content)
        outcome = self.outcome(kind, answer)
        if outcome is None:
            return
        if kind == "find" and outcome == "ok":
            content = json.loads(answer.octets)["email"]
            self.known[user.number] = (content, answer.headers["ETag"])
        user.add(Operation(kind, called, time.monotonic(), outcome, content, expected))

    @staticmethod
    def outcome(kind, answer):
        """None if nothing was done and nothing was learnt."""
        if answer is None or answer.status == 504:
            return None if kind == "find" else UNKNOWN
        outcomes = {200: "ok", 204: "ok", 404: "absent", 412: "failed", 503: None}
        if answer.status not in outcomes:
            raise RuntimeError(f"{kind} was answered with {answer.status}: {answer.octets!r}")
        return outcomes[answer.status]

    def run(self, ends):
        while time.monotonic() < ends:
            place = self.chance.randrange(USERS_AT_ONCE)
            user = self.users[place]
            if user is None or not user.begin():
                self.replace_user(place, user)
            else:
                self.step(user)

    def replace_user(self, place, finished):
        fresh = self.create()
        if fresh is None:
            time.sleep(0.05)
        elif self.users[place] is finished:
            self.users[place] = fresh


class Users(list):
    """The users at hand; all that were ever there are kept in `all`."""

    def __init__(self):
        super().__init__([None] * USERS_AT_ONCE)
        self.all = []

    def __setitem__(self, place, user):
        self.all.append(user)
        super().__setitem__(place, user)


def record(ports, clients, seconds, seed):
    """Users with their histories."""
    users = Users()
    ends = time.monotonic() + seconds
    failures = []

    def run(i):
        try:
            Client(ports, users, seed + i).run(ends)
        except Exception as error:  # pylint: disable=broad-except
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]
    return users.all


def violations(users):
    """Those whose history can't have happened one operation after the other."""
    return [each for each in users if not is_linearizable(each.history, each.first)]


def describe(user):
    begin = min((each.called for each in user.history), default=0)
    lines = [f"user {user.number}, first {user.first}"]
    for each in sorted(user.history, key=lambda operation: operation.called):
        lines.append(f"  {(each.called - begin) * 1000:9.2f} {(each.answered - begin) * 1000:9.2f} "
                     f"{each.kind} {each.outcome} {each.content} {each.expected or ''}")
    return "\n".join(lines)
