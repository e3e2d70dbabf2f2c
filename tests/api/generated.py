"""Checks that the server takes what the document's schemas take, with generated values."""
import http.client
import json
import random
import re

from jsonschema import Draft202012Validator

from running_program import RunningProgram

SEED = 20261126
TRIES = 1_500
# What is near an edge: cases of letters, controls, white space, what nobody sees, other planes.
PIECES = ["a", "Z", "0", "-", "_", ".", "..", "@", "@a", "a.b", "x@y", " ", "\t", "\n", "\r\n", "\0",
          "\x1f", "\x7f", "\x80", "\x85", "\xa0", "\xad", "\u0301", "\u034f", "\u115f", "\u180e",
          "\u200b", "\u2028", "\u202e", "\u2060", "\u2800", "\u3000", "\u3164", "\ufeff", "\ufffb",
          "\ufdd0", "\uffff", "\ue000", "é", "ß", "Ł", "李", "ü.de", "xn--", "\U00020bb7",
          "\U0001f600", "\U000e0001", "\U00013441", "\"", "\\", "'", ",", ";", ":", "(", "<", "`", "+",
          "a" * 60, "b" * 63, "c" * 64, "é" * 40, "李" * 30, "d" * 120, "e" * 255]
# Of these many addresses are good.
LIKELY = ["a", "Z", "0", "-", ".", "a.b", "+", "_", "é", "李", "ü.de", "b" * 63, "é" * 40, "李" * 30]


def ecma(schema):
    """`schema` with patterns in which Python's `$` is that of ECMA-262, which JSON Schema has."""
    if isinstance(schema, list):
        return [ecma(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: re.sub(r"\$$", r"\\Z", value) if key == "pattern" else ecma(value)
            for key, value in schema.items()}


class Taker:
    """Sends one request after another on one connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def status(self, method, target, body=None, fields=None):
        self.connection.request(method, target, body, fields or {})
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def texts(choose):
    for _ in range(TRIES):
        yield "".join(choose.choices(PIECES, k=choose.randint(0, 5)))


def addresses(choose):
    for text in texts(choose):
        yield text
        yield text + "@" + "".join(choose.choices(PIECES, k=choose.randint(1, 3)))
        local, domain = ("".join(choose.choices(LIKELY, k=choose.randint(1, 3))) for _ in "ab")
        yield f"{local}@{domain}"


def keys(choose):
    octets = [chr(i) for i in range(0x20, 0x7f)] + ["\t", "\\\"", "\\\\", "k" * 120, "\""]
    for _ in range(TRIES):
        text = "".join(choose.choices(octets, k=choose.randint(1, 4)))
        yield choose.choice([text, f'"{text}"'])


def tags(choose):
    pieces = ["*", '"0123456789abcdef"', "W/", '"x"', ",", " ", ", ", '"', "\t", "x", '""']
    for _ in range(TRIES):
        yield "".join(choose.choices(pieces, k=choose.randint(1, 6)))
        yield ",".join(['"0123456789abcdef"'] * choose.randint(14, 18))


def members(document, taker, choose):
    """A member of a user, the others being good: its name, a value, whether the server took it."""
    good = {"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"}
    json_fields = {"Content-Type": "application/json"}
    for name, values in (("last-name", texts(choose)), ("email", addresses(choose))):
        schema = document.resolve(document.json["components"]["schemas"]["NewUser"]["properties"][name])
        for value in values:
            body = json.dumps({**good, name: value}).encode()
            yield name, schema, value, taker.status("POST", "/users", body, json_fields) == 201


def fields(document, taker, choose):
    """The same of a request's field."""
    # The user is there, and no value makes another answer than 200, 304 or 412 but a bad one.
    for component, name, values in (("Patch-Idempotency-Key", "Idempotency-Key", keys(choose)),
                                    ("If-Match", "If-Match", tags(choose)),
                                    ("If-None-Match", "If-None-Match", tags(choose))):
        schema = document.resolve(document.json["components"]["parameters"][component]["schema"])
        method, body = ("PATCH", b"{}") if name == "Idempotency-Key" else ("GET", None)
        for value in values:
            if value != value.strip():
                continue  # White space around it is none of a field's value.
            status = taker.status(method, "/users/1", body,
                                  {name: value, "Content-Type": "application/json"})
            yield name, schema, value, status != 400


def check_generated(document, program):
    """What a schema takes, the server must take; enough of both kinds must be tried."""
    choose = random.Random(SEED)
    seen = {}
    with RunningProgram(program) as server:
        taker = Taker(server.port)
        for kind in (members, fields):
            for name, schema, value, taken in kind(document, taker, choose):
                valid = Draft202012Validator(ecma(schema)).is_valid(value)
                seen.setdefault(name, [0, 0])[valid] += 1
                if valid and not taken:
                    yield f"{name}: the schema takes {value[:80]!r}, the server does not"
    for name, (refused, valid) in seen.items():
        if min(refused, valid) < 100:
            yield f"{name}: only {valid} valid values and {refused} others were tried"
