#!/usr/bin/env python3
"""The alerts and the dashboard in deploy/ name only series that the program has.

usage: series_test.py PROGRAM

Needs no Prometheus: asks the program for its metrics and looks for every selector in them. An alert
on a metric, a label or a value that does not exist would never fire, and nothing would say so.
"""
import http.client
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from expressions import all_selectors, selectors  # noqa: E402
from running_program import RunningProgram  # noqa: E402

# Whoever scrapes adds these.
SCRAPER_METRICS = {"up"}
SCRAPER_LABELS = {"instance", "job"}
FIELDS = {"Content-Type": "application/json"}
USER = '{"last-name":"Meere","first-name":"John","email":"johnm@gmail.com"}'
# What some series only appear with. The last one is a 501.
REQUESTS = [("POST", "/users", USER), ("POST", "/users", "{}"), ("GET", "/users", None),
            ("GET", "/users/1", None), ("BREW", "/users", None)]


def ask(port, method, target, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, target, body, FIELDS)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def parse(text):
    """The samples: a name and its labels."""
    samples = []
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.M):
        samples.append((name, dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))))
    return samples


def matches(labels, matcher):
    label, operator, text = matcher
    value = labels.get(label, "")
    same = re.fullmatch(text, value) is not None if operator.endswith("~") else value == text
    return same != operator.startswith("!")


def is_there(samples, metric, matchers):
    ours = [each for each in matchers if each[0] not in SCRAPER_LABELS]
    return metric in SCRAPER_METRICS or any(
        name == metric and all(matches(labels, each) for each in ours) for name, labels in samples)


def missing(samples, all_of_them):
    return [f"{metric} with {matchers} is not there: {part}" for part, metric, matchers
            in all_of_them if not is_there(samples, metric, matchers)]


def check_the_check():
    """What it must find, on series that are made up."""
    samples = parse('# HELP a A.\na{b="c",d="5\\"1"} 1\na{b="e"} 0\nf_sum 2.5\n')
    assert samples == [("a", {"b": "c", "d": '5\\"1'}), ("a", {"b": "e"}), ("f_sum", {})]
    good = ["a", 'a{b="c"} > 1', 'rate(a{b=~"c|x",d!=""}[5m])', "sum by (b) (a)",
            'sum by (b, instance) (a{job="x"})', "f_sum or 0 * a", 'a{b!~"c"}', 'up{job="x"} == 0']
    bad = ["g", 'a{b="x"}', 'rate(a{b="e",d!=""}[5m])', "sum by (f) (a)", "a or 0 * g",
           'a{b!~"[ce]"}', "sum by (b) (f_sum)"]
    for each in good + bad:
        found = missing(samples, [(each, *one) for one in selectors(each)])
        assert bool(found) == (each in bad), (each, found)
    assert missing(samples, [("", *one) for one in selectors("f_sum", ["b"])])


def main():
    check_the_check()
    with tempfile.TemporaryDirectory() as folder, \
            RunningProgram(sys.argv[1], f"sqlite:{folder}/users.db") as program:
        for each in REQUESTS:
            ask(program.port, *each)
        admin = int(re.findall(r"http://127\.0\.0\.1:(\d+)", program.line)[1])
        samples = parse(ask(admin, "GET", "/metrics"))
    wanted = list(all_selectors())
    wrong = missing(samples, wanted)
    print(f"{len(wanted)} selectors, {len(samples)} samples")
    for each in wrong:
        print(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
