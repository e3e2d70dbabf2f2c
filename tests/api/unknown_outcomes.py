"""Writes that PostgreSQL leaves without an answer: 504."""
import contextlib
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scale"))

from asking import ask  # noqa: E402
from databases import Database, Folder, programs, url_of  # noqa: E402
from running_program import RunningProgram  # noqa: E402


def is_installed():
    return programs() is not None


def unknown_outcomes(program, writes):
    """Pairs of a request and its answer. The first write makes the user that the others change.
    Somebody else's transaction keeps the table, and each write has an instance of its own: one that
    waited behind another one of the same instance would not be sent."""
    with contextlib.ExitStack() as stack:
        database = Database(stack.enter_context(Folder()), "one", buffers="1MB")
        stack.callback(database.kill)
        database.make()
        url = url_of((database.address, database.port))
        servers = [stack.enter_context(RunningProgram(program, url)) for _ in writes]
        [created] = ask(servers[0].port, writes[0])
        if created.status != 201:
            raise RuntimeError(f"no user to change: {created}")
        other = stack.enter_context(database.session())
        other.query("BEGIN; LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        with ThreadPoolExecutor(len(writes)) as pool:
            asked = [pool.submit(ask, server.port, write)
                     for server, write in zip(servers, writes)]
            for write, answers in zip(writes, asked):
                for answer in answers.result():
                    yield write, answer
        other.query("ROLLBACK")
