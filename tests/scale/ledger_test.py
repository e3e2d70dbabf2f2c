"""The ledger finds what is wrong, and nothing else; the proxy knows where a batch ends."""
import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ledger import Counter, Ledger  # noqa: E402
from wire_proxy import Batches  # noqa: E402


class Told(unittest.TestCase):
    def setUp(self):
        self.ledger = Ledger()
        self.ledger.counters[9] = Counter()
        self.ledger.raised(9, 1)
        self.user = self.ledger.created(1, "a", "a@b.c")
        self.there = {1: ("a", "John", "a@b.c"), 9: ("counter", "1", "n@b.c")}

    def finds(self, *texts):
        wrong = self.ledger.check(self.there)
        self.assertEqual(len(wrong), len(texts), wrong)
        for line, text in zip(wrong, texts):
            self.assertIn(text, line)

    def test_what_was_told_and_is_there_is_right(self):
        self.finds()

    def test_a_user_that_was_acknowledged_is_there(self):
        del self.there[1]
        self.finds("lost")

    def test_a_user_that_was_removed_is_not_there(self):
        self.user.removal = "done"
        self.finds("was removed")
        self.user.removal = "unknown"
        self.finds()

    def test_a_user_has_one_of_the_addresses_that_it_may_have(self):
        self.user.contents = {"a@b.c", "b@b.c"}
        self.finds()
        self.user.contents = {"b@b.c"}
        self.finds("instead of")

    def test_no_user_is_there_that_was_refused(self):
        self.there[2] = ("b", "John", "b@b.c")
        self.finds("was refused")
        self.ledger.may_be_created("b", "b@b.c")
        self.finds()

    def test_no_user_is_there_twice(self):
        self.there[2] = self.there[1]
        self.finds("2 times")

    def test_no_id_is_given_twice(self):
        self.ledger.created(1, "a", "a@b.c")
        self.finds("given twice")

    def test_a_key_has_one_user_which_is_there(self):
        self.there[3] = ("k", "John", "k@b.c")
        self.ledger.told_for_key("k", 3, "k@b.c")
        self.finds()
        self.ledger.told_for_key("k", 4, "k@b.c")
        self.finds("lost", "the key k")

    def test_a_counter_is_raised_as_often_as_was_told_or_may_be(self):
        self.there[9] = ("counter", "2", "n@b.c")
        self.finds("the counter 9 is 2")
        self.ledger.may_be_raised(9)
        self.finds()
        self.there[9] = ("counter", "0", "n@b.c")
        self.finds("the counter 9 is 0")

    def test_no_counter_is_raised_to_one_value_twice(self):
        self.ledger.raised(9, 1)
        self.there[9] = ("counter", "2", "n@b.c")
        self.finds("more than once")


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


class Wire(unittest.TestCase):
    START = struct.pack("!II", 8, 196608)
    PREPARE = message(b"P", b"name\0SELECT 1\0\0\0") + message(b"S")
    BATCH = message(b"P", b"\0SELECT 1\0\0\0") + message(b"B", b"S") + message(b"S")
    QUERY = message(b"Q", b"SELECT 1\0")

    def test_a_batch_ends_with_a_sync_or_is_a_query_however_it_arrives(self):
        octets = self.START + self.PREPARE + self.BATCH + self.QUERY
        for step in (1, 7, len(octets)):
            batches, pieces = Batches(), []
            for at in range(0, len(octets), step):
                pieces += batches.add(octets[at:at + step])
            self.assertEqual(pieces, [(self.START, False), (self.PREPARE, False),
                                      (self.BATCH, True), (self.QUERY, True)])
            self.assertEqual(batches.setup, [self.START, self.PREPARE])
            self.assertEqual(list(batches.recent), [self.BATCH, self.QUERY])


if __name__ == "__main__":
    unittest.main()
