"""The requests of every operation: its own, and those that can fail for any operation."""
import contextlib
import os
import signal
import tempfile
import time

from asking import Request, as_json, ask, connect, receive
from running_program import RunningProgram

MEERE = {"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"}
HOPPER = {"last-name": "Hopper", "first-name": "Grace", "email": "grace@example.com"}
BAD = {"last-name": 5, "email": "x"}
NEW_ADDRESS = {"email": "john.meere@example.com"}
JSON = {"Content-Type": "application/json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
TAG = '"36af00b4fa65ac11"'


def user(method, fields=None, value=None, target="/users/1"):
    body = b"" if value is None else as_json(value)
    return Request(method, "/users/{id}", target, fields or {}, body)


def post(value, fields=None):
    body = value if isinstance(value, bytes) else as_json(value)
    return Request("post", "/users", "/users", {**JSON, **(fields or {})}, body)


def listings():
    queries = ["", "?limit=1", "?limit=1&after=1", "?_page=2&_limit=1", "?_start=0&_end=1",
               "?_limit=2&_sort=id&_order=desc", "?q=meere&id=1&id=2",
               "?last-name=Meere&first-name=John&email=johnm%40gmail.com", "?age=5&limit=0"]
    return [Request(method, "/users", "/users" + query)
            for method in ("get", "head") for query in queries]


def reads():
    for method in ("get", "head"):
        yield user(method)
        yield user(method, {"If-Match": TAG})
        yield user(method, {"If-None-Match": TAG})
        yield user(method, {"If-Match": '"0000000000000000"'})
        yield user(method, {"If-Match": "nothing"})
        yield user(method, {"If-Match": "W/" + TAG})
        yield user(method, {"Accept": "text/csv"})
        yield Request(method, "/users", "/users", {"Accept": "text/csv"})
        yield user(method, target="/users/9")
        yield user(method, target="/users/0")


def changes():
    """PUT, PATCH and DELETE. The user is restored after each, except the last."""
    continued = {"Expect": "100-continue"}
    for method, fields, value in (("put", JSON, MEERE), ("patch", PATCH, NEW_ADDRESS)):
        yield user(method, {**fields, "If-None-Match": "*"}, value)
        yield user(method, {**fields, "If-Match": "nothing"}, value)
        yield user(method, {**fields, "Idempotency-Key": '"'}, value)
        yield user(method, fields, value, "/users/9")
        yield user(method, fields, value, "/users/0")
        yield user(method, {}, value)
        yield user(method, fields, BAD)
        yield Request(method, "/users/{id}", "/users/1", fields, b"{")
        yield user(method, {**fields, **continued, "If-Match": TAG}, value)
    yield user("patch", JSON, {})
    yield user("delete", {"If-Match": TAG})
    yield user("delete", {"If-Match": "nothing"})
    yield user("delete", {"Idempotency-Key": '"'})
    yield user("delete", target="/users/0")
    for method in ("put", "patch"):
        yield user(method, {**JSON, "Content-Encoding": "gzip"}, MEERE)
    yield user("put", {**JSON, "Content-Range": "bytes 0-9/10"}, MEERE)
    yield user("put", JSON, MEERE)
    yield user("delete", {"Accept": "application/json"})
    yield user("delete", target="/users/2")
    yield user("delete")


def streams():
    accept = {"Accept": "application/x-ndjson"}
    for name in ("x-ndjson", "ndjson", "jsonl", "x-jsonlines"):
        lines = {"Content-Type": f"application/{name}"}
        yield Request("post", "/users", "/users", lines, as_json(HOPPER) + b"\n{}\n")
        for method in ("get", "head"):
            yield Request(method, "/users", "/users", {"Accept": f"application/{name}"})
    yield Request("post", "/users", "/users", {**lines, "Prefer": "return=minimal"},
                  as_json(HOPPER) + b"\n{}\n")
    for method in ("get", "head"):
        yield Request(method, "/users", "/users?limit=1", accept)


def keyed():
    """A key: first, in a retry, with a different user, malformed; of a stream; of a patch."""
    key = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    yield post(HOPPER, key)
    yield post(HOPPER, key)
    yield post(MEERE, key)
    yield post(MEERE, {"Idempotency-Key": '"'})
    lines = {"Content-Type": "application/x-ndjson"}
    yield Request("post", "/users", "/users", {**key, **lines}, as_json(HOPPER))
    for users in (HOPPER, HOPPER, MEERE):
        yield Request("post", "/users", "/users", {**lines, "Idempotency-Key": "s"}, as_json(users))
    yield user("patch", {**PATCH, **key}, NEW_ADDRESS)
    patch = user("patch", {**PATCH, "Idempotency-Key": "p"}, NEW_ADDRESS)
    yield patch
    yield patch
    yield user("put", JSON, MEERE)


def own_requests():
    """The requests to a fresh store, in this order."""
    yield post(MEERE)
    yield post(HOPPER, {"Expect": "100-continue"})
    yield from listings()
    yield from reads()
    yield from keyed()
    yield from streams()
    yield post(MEERE, {"If-None-Match": "*"})
    for method in ("get", "head"):
        yield Request(method, "/users", "/users", {"If-Match": TAG})
        yield Request(method, "/users", "/users", {"If-None-Match": "*"})
    yield post(BAD)
    yield post(b"{")
    yield Request("post", "/users", "/users", {"Content-Type": "text/plain"}, b"{}")
    yield post(MEERE, {"Content-Encoding": "gzip"})
    yield Request("options", "/users", "/users")
    for method in ("get", "head", "options"):
        for accept in ("*/*", "text/html"):
            yield Request(method, "/", "/", {"Accept": accept})
    for path in ("/livez", "/readyz", "/openapi.json"):
        for method in ("get", "head", "options"):
            yield Request(method, path, path)
    yield user("options")
    yield user("options", {"If-Match": "nothing"})
    yield user("options", target="/users/0")
    yield from changes()


def operations(document):
    for path, item in document["paths"].items():
        for method in item:
            if method != "parameters":
                yield method, path, path.replace("{id}", "1")


def faulty_requests(document):
    """The faults that a request for any resource can have."""
    for each in operations(document):
        method, path, target = each
        yield Request(*each, host=False)
        yield Request(*each, {"Content-Length": "65537"})
        yield Request(method, path, target + "?" + "x" * 8192)
        yield Request(*each, {"Expect": "nothing"})
        yield Request(*each, {f"X-{i}": "x" for i in range(100)})
        yield Request(*each, {"Transfer-Encoding": "gzip, chunked"})
        yield Request(*each, version="HTTP/1.2")


def late_requests(document):
    for each in operations(document):
        yield Request(*each, cut=True)
        yield Request(*each, {**JSON, "Content-Length": "5"}, b"{")


def at_once(port, requests):
    """Sends each request on its own connection, all before it reads an answer."""
    requests = list(requests)
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(connect(port)) for _ in requests]
        for each, request in zip(sockets, requests):
            each.sendall(request.octets())
        for each, request in zip(sockets, requests):
            for answer in receive(each, request.method):
                yield request, answer


def one_by_one(port, requests):
    for request in requests:
        for answer in ask(port, request):
            yield request, answer


def served(program, document):
    with RunningProgram(program) as server:
        yield from one_by_one(server.port, own_requests())
        yield from one_by_one(server.port, faulty_requests(document))


def too_late(program, document):
    timeouts = ("--header-timeout", "0.2", "--body-timeout", "0.2")
    with RunningProgram(program, options=timeouts) as server:
        yield from at_once(server.port, late_requests(document))


def turned_away(program, document):
    with RunningProgram(program, options=("--max-connections", "1")) as server:
        with connect(server.port) as only:
            # Its body never comes: it is not idle, and so makes no room.
            waiting = post(MEERE, {"Expect": "100-continue", "Content-Length": "9"})
            only.sendall(waiting.octets().split(b"{")[0])
            only.recv(100)
            yield from one_by_one(server.port, (Request(*each) for each in operations(document)))


def writes():
    """A create, and one of each way to change the user that it makes."""
    return [post(MEERE), user("put", JSON, HOPPER), user("patch", PATCH, NEW_ADDRESS),
            user("delete")]


def not_durable(program, faults_library):
    """The disk is full, and then its sync fails (tests/faults/disk_faults.c)."""
    with tempfile.TemporaryDirectory() as folder:
        control = os.path.join(folder, "faults")
        environment = {"LD_PRELOAD": faults_library, "ROLLCALL_TEST_FAULTS": control,
                       "ASAN_OPTIONS": "verify_asan_link_order=0"}
        store = "sqlite:" + os.path.join(folder, "rollcall.db")
        with RunningProgram(program, store, environment=environment) as server:
            yield from one_by_one(server.port, [post(MEERE)])
            for fault in ("write ENOSPC", "sync EIO"):
                with open(control, "w", encoding="ascii") as file:
                    file.write(fault)
                yield from one_by_one(server.port, writes())
            yield from one_by_one(server.port, [Request(method, path, path)
                                                for path in ("/readyz", "/")
                                                for method in ("get", "head")])
            yield from one_by_one(server.port, [Request("options", "/", "/")])


def hung(program, faults_library):
    """The disk does not respond: /readyz says so as soon as that is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        control = os.path.join(folder, "faults")
        environment = {"LD_PRELOAD": faults_library, "ROLLCALL_TEST_FAULTS": control,
                       "ASAN_OPTIONS": "verify_asan_link_order=0"}
        store = "sqlite:" + os.path.join(folder, "rollcall.db")
        with RunningProgram(program, store, ("--commit", "thread"), environment) as server:
            with open(control, "w", encoding="ascii") as file:
                file.write("hang")
            with connect(server.port) as waiting:
                waiting.sendall(post(MEERE).octets())
                for _ in range(100):
                    [answer] = ask(server.port, Request("get", "/readyz", "/readyz"))
                    if answer.status != 200:
                        break
                    time.sleep(0.1)
                yield from one_by_one(server.port, [Request("get", "/readyz", "/readyz")])
                os.remove(control)
                receive(waiting, "post")


def draining(program):
    with RunningProgram(program, options=("--drain-delay", "2")) as server:
        server.process.send_signal(signal.SIGTERM)
        for _ in range(100):
            [answer] = ask(server.port, Request("get", "/readyz", "/readyz"))
            if answer.status != 200:
                break
        yield from one_by_one(server.port, [Request("get", "/readyz", "/readyz")])
        server.process.wait(server.seconds_to_stop)


def unique(program):
    with RunningProgram(program, options=("--unique-email",)) as server:
        yield from one_by_one(server.port, [post(MEERE), post(HOPPER), post(MEERE),
                                            user("put", JSON, HOPPER),
                                            user("patch", PATCH, {"email": HOPPER["email"]})])


def in_flight(program):
    """Twice two requests with one key in one batch."""
    with tempfile.TemporaryDirectory() as folder:
        store = "sqlite:" + os.path.join(folder, "rollcall.db")
        with RunningProgram(program, store) as server, connect(server.port) as connection:
            stream = connection.makefile("rb")
            for request in (post(MEERE, {"Idempotency-Key": "k"}),
                            user("patch", {**PATCH, "Idempotency-Key": "p"}, NEW_ADDRESS)):
                connection.sendall(2 * request.octets())
                for _ in range(2):
                    for answer in receive(connection, request.method, stream):
                        yield request, answer


def walk(program, faults_library, document):
    """Pairs of a request and its answer."""
    yield from served(program, document)
    yield from too_late(program, document)
    yield from turned_away(program, document)
    yield from not_durable(program, faults_library)
    yield from hung(program, faults_library)
    yield from draining(program)
    yield from unique(program)
    yield from in_flight(program)
