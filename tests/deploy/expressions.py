"""What the alerts and the dashboard in deploy/ ask for."""
import json
import os
import re

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy")
WORDS = {"and", "bool", "by", "group_left", "group_right", "ignoring", "offset", "on", "or",
         "unless", "without"}


def read(name):
    with open(os.path.join(DEPLOY, name), encoding="utf-8") as file:
        return file.read()


def alerts():
    """Of each alert, its expression and its annotations."""
    text = read("alerts.yml")
    found = re.findall(r"expr: (?:>-\n)?(.*?)\n +(?:for|labels):.*?annotations:(.*?)(?=\n\n|\Z)",
                       text, re.S)
    assert len(found) == text.count("alert: ")
    return [(" ".join(expression.split()), notes) for expression, notes in found]


def panels():
    """Of each line of the dashboard, its expression and its name."""
    return [(target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*"),
             target.get("legendFormat", ""))
            for panel in json.loads(read("grafana.json"))["panels"] for target in panel["targets"]]


def variables():
    """Of each variable of the dashboard that has values of a label, the metric and the label."""
    found = [each["query"] for each in json.loads(read("grafana.json"))["templating"]["list"]
             if each["type"] == "query"]
    return [re.fullmatch(r"label_values\((\w+), *(\w+)\)", each).groups() for each in found]


def selectors(expression, labels=()):
    """Each metric that it names, with what it asks of labels: (label, operator, text). Each of
    `labels`, and what it groups by, must be there."""
    groups = r"\b(?:by|ignoring|on|without) *\(([^)]*)\)"
    needed = {*labels, *(label.strip() for group in re.findall(groups, expression)
                         for label in group.split(","))}
    rest = re.sub(r"\[\d+[smhd]\]", "", re.sub(groups, "", expression))
    # A name before a parenthesis is a function's.
    for name, asked in re.findall(r"(?<!\w)([a-z]\w*)(?!\w* *\()(?:\{([^}]*)\})?", rest):
        if name not in WORDS:
            matchers = re.findall(r"(\w+) *(=~|!~|!=|=) *\"([^\"]*)\"", asked)
            yield name, matchers + [(label, "=~", ".+") for label in sorted(needed)]


def all_selectors():
    """The same of everything in deploy/, each with what it is a part of."""
    for expression, notes in alerts():
        for each in selectors(expression, re.findall(r"\$labels\.(\w+)", notes)):
            yield expression, *each
    for expression, name in panels():
        for each in selectors(expression, re.findall(r"\{\{ *(\w+) *\}\}", name)):
            yield expression, *each
    for metric, label in variables():
        yield f"the variable {label}", metric, [(label, "=~", ".+")]
