#!/usr/bin/env python3
"""Checks that protocol/openapi.json is valid OpenAPI 3.1 and says exactly what the program does.

usage: openapi_test.py PROGRAM FAULTS_LIBRARY [DOCUMENT]

Prints what is wrong, a line each, and exits with 1 if there is anything. DOCUMENT is
protocol/openapi.json unless another one is to be tried.
"""
import copy
import itertools
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from jsonschema import Draft202012Validator, FormatChecker  # noqa: E402

from asking import Request, ask  # noqa: E402
from generated import check_generated  # noqa: E402
from running_program import RunningProgram  # noqa: E402
from unknown_outcomes import is_installed, unknown_outcomes  # noqa: E402
from walk import walk, writes  # noqa: E402


class Document:
    def __init__(self, text):
        self.json = json.loads(text)
        # The test is stricter than clients should be: an undocumented member is an error.
        components = copy.deepcopy(self.json["components"])
        for schema in components["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        self.components = components

    def resolve(self, node):
        while "$ref" in node:
            place = self.json
            for step in node["$ref"].removeprefix("#/").split("/"):
                place = place[step.replace("~1", "/").replace("~0", "~")]
            node = place
        return node

    def errors(self, schema, value):
        whole = {"allOf": [schema], "components": self.components}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        return [error.message for error in validator.iter_errors(value)]

    def operations(self):
        for path, item in self.json["paths"].items():
            for method, operation in item.items():
                if method != "parameters":
                    yield method, path, operation

    def response(self, method, path, status):
        operation = self.json["paths"].get(path, {}).get(method, {})
        found = operation.get("responses", {}).get(str(status))
        return None if found is None else self.resolve(found)


def objects(node, place=""):
    """Every object of the document with its place, except those inside examples."""
    if isinstance(node, list):
        node = dict(enumerate(node))
    if not isinstance(node, dict):
        return
    yield place, node
    for key, value in node.items():
        if key not in ("example", "value"):
            yield from objects(value, f"{place}/{key}")


def check_schema_of_document(document):
    schema = json.loads((HERE / "oas" / "schema.json").read_text(encoding="utf-8"))
    for error in Draft202012Validator(schema).iter_errors(document.json):
        yield f"not OpenAPI 3.1: /{'/'.join(map(str, error.absolute_path))}: {error.message}"
    for place, node in objects(document.json):
        if "$ref" in node:
            try:
                document.resolve(node)
            except KeyError:
                yield f"{place}: nothing is at {node['$ref']}"


def check_names(document):
    ids = [operation["operationId"] for _, _, operation in document.operations()]
    if len(ids) != len(set(ids)):
        yield "an operationId appears twice"
    # Generators make one type of names that differ in case only, and files of one name.
    seen = {}
    for kind, named in document.json["components"].items():
        for name in named:
            if seen.setdefault(name.lower(), name) != name:
                yield f"components/{kind}/{name} differs from {seen[name.lower()]} only in case"
    for place, node in objects(document.json):
        if "/properties/" in node.get("$ref", ""):
            yield f"{place}: $ref leads into another schema: {node['$ref']}"
    text = json.dumps(document.json)
    for kind, named in document.json["components"].items():
        for name in named:
            if f'"#/components/{kind}/{name}"' not in text:
                yield f"components/{kind}/{name} is not used"


def check_parameters(document):
    for method, path, operation in document.operations():
        names = [(each["in"], each["name"])
                 for each in map(document.resolve, operation.get("parameters", []))]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield f"{method} {path} has the parameter {name[1]} in {name[0]} twice"


def check_examples(document):
    """Checks that schemas are valid and that every example matches its schema."""
    for place, node in objects(document.json):
        schema = node.get("schema")
        if schema is not None:
            Draft202012Validator.check_schema(schema)
            values = [document.resolve(each)["value"] for each in node.get("examples", {}).values()]
            values += [node["example"]] if "example" in node else []
        elif place.startswith("/components/schemas/") and isinstance(node.get("examples"), list):
            schema, values = node, node["examples"]
        else:
            continue
        for value in values:
            for error in document.errors(schema, value):
                yield f"{place}: the example {value!r}: {error}"
    for schema in document.json["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def header_value(schema, text):
    return int(text) if schema.get("type") == "integer" and text.isdigit() else text


def check_headers(document, response, answer):
    known = {name.lower(): name for name in response.get("headers", {})}
    for name, value in answer.fields:
        if name == "Content-Type":
            continue  # OpenAPI describes it in `content`.
        if name.lower() not in known:
            yield f"the field {name} is not documented"
            continue
        header = document.resolve(response["headers"][known[name.lower()]])
        for error in document.errors(header["schema"], header_value(header["schema"], value)):
            yield f"{name}: {error}"
    for name, header in response.get("headers", {}).items():
        if document.resolve(header).get("required") and len(answer.get(name)) != 1:
            yield f"the field {name} should be there once"


def check_content(document, media, media_type, body):
    if media_type.startswith("text/"):
        yield from document.errors(media["schema"], body.decode())
        return
    if "x-line-schema" not in media:
        yield from document.errors(media["schema"], json.loads(body))
        return
    yield from document.errors(media["schema"], body.decode())
    # OpenAPI 3.1 cannot describe a line.
    for line in body.splitlines():
        yield from document.errors(media["x-line-schema"], json.loads(line))


def check_answer(document, request, answer):
    response = document.response(request.method, request.path, answer.status)
    if response is None:
        yield "the status is not documented"
        return
    yield from check_headers(document, response, answer)
    if request.method == "options" and answer.status in (200, 204):
        allowed = answer.get("Allow")[0].lower().split(", ")
        if set(allowed) != set(document.json["paths"][request.path]) - {"parameters"}:
            yield f"Allow is {allowed}, and other methods are documented"
    if answer.extra:
        yield f"there is something behind the answer: {answer.extra[:60]!r}"
    content = response.get("content", {})
    types = [each.split(";")[0] for each in answer.get("Content-Type")]
    if bool(types) != bool(content) or any(each not in content for each in types):
        yield f"Content-Type is {types}, documented is {list(content)}"
    elif content and request.method != "head":
        yield from check_content(document, content[types[0]], types[0], answer.body)


def check_real(document, bodies, fields):
    """Checks that every example of an answer in the document was seen."""
    for name, response in document.json["components"]["responses"].items():
        for media in response.get("content", {}).values():
            for key, example in media.get("examples", {}).items():
                if document.resolve(example)["value"] not in bodies:
                    yield f"responses/{name}: nothing answered with the example {key}"
    for name, header in document.json["components"]["headers"].items():
        if name != "Date" and "example" in header:
            if header_value({}, str(header["example"])) not in fields.get(name, set()):
                yield f"headers/{name}: nothing answered with the example"


def check_program(document, text, program, faults_library):
    seen, bodies, fields, answers = set(), [], {}, 0
    unknown = unknown_outcomes(program, writes()) if is_installed() else ()
    for request, answer in itertools.chain(walk(program, faults_library, document.json), unknown):
        answers += 1
        what = f"{request.method.upper()} {request.target[:60]} {answer.status}"
        for error in check_answer(document, request, answer):
            yield f"{what}: {error}"
        seen.add((request.method, request.path, str(answer.status)))
        for name, value in answer.fields:
            fields.setdefault(name, set()).add(value)
        if answer.body and answer.get("Content-Type")[0].endswith(("/json", "+json")):
            bodies.append(json.loads(answer.body))
        if (request.method, request.path) == ("get", "/openapi.json") and answer.status == 200:
            if answer.body != text:
                yield "GET /openapi.json is not the file: build again"
    documented = {(method, path, status) for method, path, operation in document.operations()
                  for status in operation["responses"]}
    if not is_installed():
        print("without PostgreSQL nothing is answered with 504")
        documented = {each for each in documented if each[2] != "504"}
        bodies.append(document.json["components"]["examples"]["outcomeUnknownExample"]["value"])
    for method, path, status in sorted(documented - seen):
        yield f"{method.upper()} {path}: {status} is documented and was not seen"
    yield from check_real(document, bodies, fields)
    print(f"{answers} answers, {len(seen)} statuses of operations, {len(documented)} documented")


def check_servers(program):
    """A client that takes the server's address from the document finds the users."""
    prefix = {"X-Forwarded-Prefix": "/app"}
    options = ("--base-path", "/v1", "--trusted-proxy", "127.0.0.0/8")
    with RunningProgram(program, options=options) as server:
        def get(target, fields):
            return ask(server.port, Request("get", target, target, fields))[-1]

        for fields, address in (({}, "/v1"), (prefix, "/app/v1")):
            found = json.loads(get("/v1/openapi.json", fields).body)["servers"][0]["url"]
            if found != address:
                yield f"servers of /openapi.json is {found}, not {address}"
        # The proxy takes its prefix off.
        if get("/app/v1".removeprefix("/app") + "/users", prefix).status != 200:
            yield "no users behind --base-path"
    with RunningProgram(program, options=("--trusted-proxy", "10.0.0.0/8")) as server:
        found = json.loads(ask(server.port, Request("get", "/", "/openapi.json", prefix))[-1].body)
        if found["servers"][0]["url"] != "/":
            yield "a peer that is not trusted has changed servers"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    path = pathlib.Path(sys.argv[3]) if len(sys.argv) == 4 else (
        HERE.parent.parent / "protocol" / "openapi.json")
    text = path.read_bytes()
    document = Document(text)
    wrong = [*check_schema_of_document(document), *check_names(document)]
    # A reference that leads nowhere leaves nothing to compare with.
    if not wrong:
        wrong += check_parameters(document)
        wrong += check_examples(document)
        wrong += check_program(document, text, sys.argv[1], sys.argv[2])
        wrong += check_generated(document, sys.argv[1])
        wrong += check_servers(sys.argv[1])
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
