"""Requests as octets, answers as values, with no HTTP library between the test and the wire."""
import json
import socket
from dataclasses import dataclass, field


# Of every request, so that every response has one.
REQUEST_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass
class Answer:
    status: int
    fields: list
    body: bytes
    extra: bytes = b""  # What followed the answer on a connection that should have been closed.

    def get(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


@dataclass
class Request:
    """One request of the operation `method` `path` of the document."""
    method: str
    path: str
    target: str
    fields: dict = field(default_factory=dict)
    body: bytes = b""
    version: str = "HTTP/1.1"
    host: bool = True
    cut: bool = False  # Its header never ends.

    def octets(self):
        lines = [f"{self.method.upper()} {self.target} {self.version}"]
        lines += ["Host: localhost:3000"] if self.host else []
        lines += [f"X-Request-Id: {REQUEST_ID}"]
        lines += [f"{name}: {value}" for name, value in self.fields.items()]
        framed = {"Content-Length", "Transfer-Encoding"} & set(self.fields)
        lines += [f"Content-Length: {len(self.body)}"] if self.body and not framed else []
        return "\r\n".join(lines).encode() + (b"\r\n" if self.cut else b"\r\n\r\n") + self.body


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_body(stream, answer):
    if answer.get("Transfer-Encoding") != ["chunked"]:
        return stream.read(int(answer.get("Content-Length")[0]))
    body = b""
    while (size := int(stream.readline(), 16)) > 0:
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def receive(connection, method, stream=None, body=b""):
    """The next answers on `connection`: interim ones and the one that ends the request. Where more
    are to follow, `stream` is the connection's, kept from call to call. `body` is sent when a 100
    asks for it."""
    stream = stream or connection.makefile("rb")
    answers = []
    while not answers or answers[-1].status < 200:
        status = int(stream.readline().split()[1])
        fields = []
        while (line := stream.readline().strip()):
            name, value = line.decode().split(":", 1)
            fields.append((name, value.strip()))
        answer = Answer(status, fields, b"")
        if method != "head" and status >= 200 and status not in (204, 304):
            answer.body = read_body(stream, answer)
        answers.append(answer)
        if status == 100:
            connection.sendall(body)
        if answer.get("Connection") == ["close"]:
            connection.shutdown(socket.SHUT_WR)
            answer.extra = stream.read()
    return answers


def ask(port, request):
    octets = request.octets()
    waits = request.fields.get("Expect") == "100-continue"
    body = request.body if waits else b""
    with connect(port) as connection:
        connection.sendall(octets[:len(octets) - len(body)])
        return receive(connection, request.method, body=body)


def as_json(value):
    return json.dumps(value).encode()
