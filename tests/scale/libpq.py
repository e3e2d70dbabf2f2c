"""Queries through libpq, which is there wherever the program is."""
import ctypes

LIBPQ = None
PGRES_COMMAND_OK, PGRES_TUPLES_OK = 1, 2


class DatabaseError(Exception):
    """What the database, or libpq, has to say."""


def library():
    global LIBPQ  # pylint: disable=global-statement
    if LIBPQ is None:
        LIBPQ = ctypes.CDLL("libpq.so.5")
        pointer, text, integer = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        for name, result, arguments in (
                ("PQconnectdb", pointer, (text,)), ("PQstatus", integer, (pointer,)),
                ("PQfinish", None, (pointer,)), ("PQexec", pointer, (pointer, text)),
                ("PQerrorMessage", text, (pointer,)), ("PQresultStatus", integer, (pointer,)),
                ("PQresultErrorMessage", text, (pointer,)), ("PQclear", None, (pointer,)),
                ("PQntuples", integer, (pointer,)), ("PQnfields", integer, (pointer,)),
                ("PQgetvalue", text, (pointer, integer, integer))):
            function = getattr(LIBPQ, name)
            function.restype, function.argtypes = result, arguments
    return LIBPQ


class Session:
    """A connection; a context manager."""

    def __init__(self, conninfo):
        self.pq = library()
        self.connection = self.pq.PQconnectdb(conninfo.encode())
        if self.pq.PQstatus(self.connection) != 0:
            message = self.pq.PQerrorMessage(self.connection).decode()
            self.close()
            raise DatabaseError(message)

    def query(self, sql):
        """The rows, each a list of texts."""
        pq = self.pq
        result = pq.PQexec(self.connection, sql.encode())
        try:
            if pq.PQresultStatus(result) not in (PGRES_COMMAND_OK, PGRES_TUPLES_OK):
                raise DatabaseError((pq.PQresultErrorMessage(result) or
                                     pq.PQerrorMessage(self.connection)).decode())
            return [[pq.PQgetvalue(result, row, column).decode()
                     for column in range(pq.PQnfields(result))]
                    for row in range(pq.PQntuples(result))]
        finally:
            pq.PQclear(result)

    def close(self):
        if self.connection:
            self.pq.PQfinish(self.connection)
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
