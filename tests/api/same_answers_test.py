#!/usr/bin/env python3
"""Checks that a client can't tell the stores apart: random requests get the same octets from each.

usage: same_answers_test.py PROGRAM [--requests N] [--seed N]

Prints what differs, and exits with 1 if anything does. Without PostgreSQL it compares the others.
"""
import argparse
import contextlib
import os
import pathlib
import random
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / each) for each in ("scale", "support")]

from asking import Request, as_json, ask  # noqa: E402
from databases import Database, Folder, programs, url_of  # noqa: E402
from running_program import RunningProgram  # noqa: E402

# What collations, patterns, case folding and quoting may treat in different ways.
NAMES = ["Meere", "MEERE", "meere", "Ömer", "ömer", "ÖMER", "Straße", "STRASSE", "İstanbul",
         "istanbul", "ıstanbul", "Σίσυφος", "ΣΊΣΥΦΟΣ", "日本", "𝒜lice", "e\u0301", "é", "É", "ﬁ",
         "FI", "\u212a", "K", "k", "a_b", "a%b", "a\\b", "O'Neil", '"q"', "  x", "x  ", "z" * 20,
         "0", "10", "9", "-1", "null", "&", "a b", "tab\tx"]
ADDRESSES = ["a{}@b.c", "A{}@B.C", "john.meere{}@example.com", "JOHN{}@example.COM",
             "x%y{}@z.org", "x_y{}@z.org", "o'x{}@z.org", "grüße{}@example.com",
             "k{}@bücher.example"]
PIECES = ["_", "%", "a_b", "a%", "\\", "'", '"', "é", "É", "e\u0301", "ss", "ß", "i", "İ", "ı", "σ", "Σ",
          "ς", "k", "\u212a", "fi", "ﬁ", " ", "1", "@", ".", "bücher", "xn--"]
JSON = {"Content-Type": "application/json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
LINES = "application/x-ndjson"
WRONG_TAG = '"0000000000000000"'


class Requests:
    """Random ones; equal seeds give equal ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = 0
        self.with_keys = []

    def name(self):
        return self.random.choice(NAMES) + self.random.choice(["", "", "1"])

    def address(self):
        return self.random.choice(ADDRESSES).format(self.random.choice(["", "1", "2"]))

    def user(self):
        return {"last-name": self.name(), "first-name": self.name(), "email": self.address()}

    def value_of(self, member):
        if member == "id":
            return str(self.random.randint(0, 70))
        return self.address() if member == "email" else self.name()

    def filters(self):
        for _ in range(self.random.randint(0, 3)):
            member = self.random.choice(["last-name", "first-name", "email", "id"])
            how = self.random.choice(["", "", "_ne", "_like", "_gte", "_lte", "_gt", "_lt"])
            is_piece = how == "_like" and member != "id"
            yield member + how, self.random.choice(PIECES) if is_piece else self.value_of(member)
        if self.random.random() < 0.3:
            yield "q", self.random.choice(PIECES)

    def pages(self):
        number = self.random.randint
        return self.random.choice([
            [], [], [("_page", number(1, 4)), ("_limit", number(1, 20))],
            [("_start", number(0, 40)), ("_end", number(0, 60))], [("limit", number(1, 30))],
            [("limit", number(1, 30)), ("after", number(0, 70))]])

    def order(self):
        member = self.random.choice(["last-name", "first-name", "email", "id", "-email"])
        return self.random.choice([[], [], [("_sort", member)],
                                   [("_sort", member), ("_order", "desc")]])

    def query(self):
        found = [*self.filters(), *self.pages(), *self.order()]
        self.random.shuffle(found)
        return "?" + urllib.parse.urlencode(found) if found else ""

    def conditions(self):
        fields = {}
        if self.random.random() < 0.15:
            self.keys += 1
            fields["Idempotency-Key"] = f'"{self.keys}"'
        if self.random.random() < 0.1:
            fields["If-Match"] = self.random.choice(["*", WRONG_TAG])
        if self.random.random() < 0.1:
            fields["If-None-Match"] = "*"
        return fields

    def next(self):
        if self.with_keys and self.random.random() < 0.05:
            return self.random.choice(self.with_keys)
        made = self.make()
        # A create that is sent again may use up an id, or not.
        if "Idempotency-Key" in made.fields and made.method == "patch":
            self.with_keys.append(made)
        return made

    def make(self):
        place, fields = f"/users/{self.random.randint(1, 60)}", self.conditions()
        kind = self.random.choices(
            ["create", "upload", "put", "patch", "delete", "get", "download", "list"],
            [30, 3, 7, 8, 5, 5, 2, 40])[0]
        if kind == "create":
            return Request("post", "", "/users", {**JSON, **fields}, as_json(self.user()))
        if kind == "upload":
            lines = [as_json(self.user()) for _ in range(self.random.randint(1, 5))]
            return Request("post", "", "/users", {"Content-Type": LINES}, b"\n".join(lines))
        if kind == "put":
            return Request("put", "", place, {**JSON, **fields}, as_json(self.user()))
        if kind == "patch":
            member = self.random.choice(["last-name", "first-name", "email"])
            value = as_json({member: self.value_of(member)})
            return Request("patch", "", place, {**PATCH, **fields}, value)
        if kind in ("get", "delete"):
            return Request(kind, "", place, fields)
        if kind == "download":
            return Request("get", "", "/users" + self.query(), {"Accept": LINES})
        return Request(self.random.choice(["get", "get", "head"]), "", "/users" + self.query())


def without_what_may_differ(answer, port):
    """The time, and the port in links."""
    fields = [(name, value.replace(f":{port}/", ":PORT/")) for name, value in answer.fields
              if name != "Date"]
    return answer.status, fields, answer.body


def differences(program, options, requests, stack):
    folder = stack.enter_context(Folder())
    stores = ["memory:"]
    # A create that is refused uses up an id in the others, which the later answers show.
    if "--unique-email" not in options:
        stores.append("sqlite:" + os.path.join(folder, "rollcall.db"))
    if programs() is None:
        print("without PostgreSQL")
    else:
        database = Database(folder, "one", buffers="1MB")
        stack.callback(database.kill)
        database.make()
        stores.append(url_of((database.address, database.port)))
    servers = [stack.enter_context(RunningProgram(program, store, options)) for store in stores]
    for request in requests:
        answers = [without_what_may_differ(ask(server.port, request)[-1], server.port)
                   for server in servers]
        for store, answer in zip(stores[1:], answers[1:]):
            if answer != answers[0]:
                yield (f"{request.method} {urllib.parse.unquote(request.target)} {request.fields} "
                       f"{request.body}\n  {stores[0]} {answers[0]}\n  {store} {answer}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    wrong = 0
    for options in ((), ("--unique-email",)):
        random_requests = Requests(given.seed)
        requests = [random_requests.next() for _ in range(given.requests)]
        with contextlib.ExitStack() as stack:
            for line in differences(given.program, options, requests, stack):
                print(line)
                wrong += 1
                if wrong == 10:
                    sys.exit(1)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
