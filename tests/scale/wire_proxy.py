"""A TCP proxy before a database, in a process of its own. It cuts connections in the middle of a
batch, sends what a cut connection has sent once more, later and over another one, and falls silent.

Silence holds octets back, as a partition does: the network sends them again when it is over, also
those of a connection that its owner has given up since.
"""
import asyncio
import collections
import multiprocessing
import random
import signal
import struct

PASS, TO_SERVER, TO_CLIENT = 0, 1, 2  # What is silent: a sum of the latter two.
MOST_WAITING = 0.0025   # Seconds from a batch to the cut: about as long as one takes.
MOST_LATE = 0.1         # Seconds from a cut to the duplicate.
SENT_AGAIN = 2          # Batches of a cut connection.


class Batches:
    """Divides what a client sends into pieces that end with a Sync or are a simple query
    (PostgreSQL's protocol, 55.7), or are another message, as of replication."""

    # Parse, Bind, Describe, Execute and Close: others follow.
    INSIDE = (b"P", b"B", b"D", b"E", b"C")

    def __init__(self):
        self.buffer = b""
        self.at = 0
        self.starts = True      # The first message has no type.
        self.prepares = False   # The piece prepares a statement that later ones need.
        self.setup = []
        self.recent = collections.deque(maxlen=SENT_AGAIN)

    def add(self, octets):
        """The pieces that are complete now, each with whether it is a batch."""
        self.buffer += octets
        pieces = []
        while True:
            head = 4 if self.starts else 5
            if len(self.buffer) < self.at + head:
                break
            length, = struct.unpack_from("!I", self.buffer, self.at + head - 4)
            end = self.at + head - 4 + length
            if len(self.buffer) < end:
                break
            kind = b"" if self.starts else self.buffer[self.at:self.at + 1]
            named = kind == b"P" and self.buffer[self.at + 5] != 0
            self.prepares = self.prepares or named or self.starts
            self.at = end
            if kind not in self.INSIDE:
                pieces.append(self.end_piece(kind in (b"S", b"Q") and not self.prepares))
            self.starts = False
        return pieces

    def end_piece(self, is_batch):
        piece, self.buffer = self.buffer[:self.at], self.buffer[self.at:]
        if is_batch:
            self.recent.append(piece)
        elif self.prepares:
            self.setup.append(piece)
        self.at, self.prepares = 0, False
        return piece, is_batch

    def rest(self):
        """What belongs to no complete piece, such as the end of the connection."""
        rest, self.buffer = self.buffer, b""
        self.at = 0
        return rest


class Pair:
    """One connection, and that to the server."""

    def __init__(self, proxy, reader, writer):
        self.proxy = proxy
        self.client = (reader, writer)
        self.server = None
        self.batches = Batches()

    async def run(self):
        try:
            self.server = await asyncio.open_connection(*self.proxy.target)
        except OSError:
            return self.cut()
        await asyncio.gather(self.to_server(), self.to_client())
        return None

    async def to_server(self):
        reader, writer = self.client[0], self.server[1]
        try:
            while octets := await reader.read(65536):
                for piece, is_batch in self.batches.add(octets):
                    await self.proxy.pass_silence(TO_SERVER)
                    if is_batch and self.proxy.chance.random() < self.proxy.shared.cut.value:
                        return await self.cut_in_batch(piece)
                    writer.write(piece)
                    await writer.drain()
            await self.proxy.pass_silence(TO_SERVER)
            writer.write(self.batches.rest())
            await writer.drain()
            writer.close()
        except OSError:
            self.cut()
        return None

    async def to_client(self):
        reader, writer = self.server[0], self.client[1]
        try:
            while octets := await reader.read(65536):
                await self.proxy.pass_silence(TO_CLIENT)
                writer.write(octets)
                await writer.drain()
            await self.proxy.pass_silence(TO_CLIENT)
            writer.close()
        except OSError:
            self.cut()

    async def cut_in_batch(self, piece):
        """The server has got the batch or has not; what it answers may be lost in either case."""
        chance, shared = self.proxy.chance, self.proxy.shared
        shared.cuts.value += 1
        arrives = chance.random() < 0.7
        if arrives:
            self.server[1].write(piece)
            await asyncio.sleep(chance.uniform(0, MOST_WAITING))
        self.cut()
        if chance.random() * shared.cut.value < shared.again.value:
            self.proxy.start(self.send_again())

    async def send_again(self):
        proxy = self.proxy
        await asyncio.sleep(proxy.chance.uniform(0, MOST_LATE))
        try:
            reader, writer = await asyncio.open_connection(*proxy.target)
            writer.write(b"".join([*self.batches.setup, *self.batches.recent]))
            await writer.drain()
            proxy.shared.sent_again.value += 1
            writer.write_eof()
            while octets := await asyncio.wait_for(reader.read(65536), 2):
                proxy.shared.refused.value += octets.count(b"C23502\0")
            writer.close()
        except (OSError, asyncio.TimeoutError):
            pass

    def cut(self):
        for each in (self.client, self.server):
            if each is not None:
                each[1].transport.abort()


class Server:
    """What runs in the other process."""

    def __init__(self, target, shared, seed):
        self.target = target
        self.shared = shared
        self.chance = random.Random(seed)
        self.tasks = set()

    def start(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def pass_silence(self, direction):
        while self.shared.silent.value & direction:
            await asyncio.sleep(0.01)

    async def accept(self, reader, writer):
        try:
            await Pair(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError):
            pass

    async def serve(self, ports, address):
        server = await asyncio.start_server(self.accept, address, 0, limit=1 << 20)
        ports.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()


class Shared:
    """What both processes see."""

    def __init__(self):
        self.silent = multiprocessing.Value("i", PASS, lock=False)
        self.cut = multiprocessing.Value("d", 0.0, lock=False)
        self.again = multiprocessing.Value("d", 0.0, lock=False)
        self.cuts = multiprocessing.Value("i", 0, lock=False)
        self.sent_again = multiprocessing.Value("i", 0, lock=False)
        self.refused = multiprocessing.Value("i", 0, lock=False)


def run_server(target, shared, seed, ports, address):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(Server(target, shared, seed).serve(ports, address))


class WireProxy:
    """Listens on `port`; a context manager. Of each batch, cut() is the share after which the
    connection is cut, and how large a share is sent again later."""

    def __init__(self, target, seed=0, address="127.0.0.1"):
        self.shared = Shared()
        self.address = address
        ports, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=run_server, daemon=True,
                                       args=(target, self.shared, seed, theirs, address))
        self.process.start()
        self.port = ports.recv()

    def cut(self, share, again=0.0):
        self.shared.again.value = again
        self.shared.cut.value = share

    def silence(self, directions):
        self.shared.silent.value = directions

    def __str__(self):
        shared = self.shared
        return (f"{shared.cuts.value} connections cut, {shared.sent_again.value} sent again, "
                f"{shared.refused.value} batches refused as done")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()
