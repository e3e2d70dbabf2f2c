"""The checker finds what is wrong, and nothing else."""
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from linearizability import UNKNOWN, Operation, is_linearizable  # noqa: E402


def replace(called, answered, content, outcome="ok"):
    return Operation("replace", called, answered, outcome, content)


def find(called, answered, content):
    return Operation("find", called, answered, "absent" if content is None else "ok", content)


def remove(called, answered, outcome="ok"):
    return Operation("remove", called, answered, outcome)


def swap(called, answered, expected, content, outcome="ok"):
    return Operation("swap", called, answered, outcome, content, expected)


class Linearizability(unittest.TestCase):
    def holds(self, *history):
        self.assertTrue(is_linearizable(history, "a"))

    def fails(self, *history):
        self.assertFalse(is_linearizable(history, "a"))

    def test_an_empty_history_holds(self):
        self.holds()

    def test_what_is_read_was_written(self):
        self.holds(replace(0, 1, "b"), find(2, 3, "b"))
        self.fails(find(0, 1, "b"))

    def test_a_read_after_the_answer_sees_the_write(self):
        self.fails(replace(0, 1, "b"), find(2, 3, "a"))

    def test_a_read_beside_a_write_sees_either(self):
        self.holds(replace(0, 3, "b"), find(1, 2, "a"))
        self.holds(replace(0, 3, "b"), find(1, 2, "b"))

    def test_two_reads_beside_a_write_do_not_go_back(self):
        self.holds(replace(0, 9, "b"), find(1, 2, "a"), find(3, 4, "b"))
        self.fails(replace(0, 9, "b"), find(1, 2, "b"), find(3, 4, "a"))

    def test_what_was_removed_stays_away(self):
        self.holds(remove(0, 1), find(2, 3, None), replace(4, 5, "b", "absent"))
        self.fails(remove(0, 1), find(2, 3, "a"))
        self.fails(remove(0, 1), remove(2, 3))

    def test_of_two_swaps_of_one_content_one_fails(self):
        self.holds(swap(0, 3, "a", "b"), swap(1, 2, "a", "c", "failed"))
        self.fails(swap(0, 3, "a", "b"), swap(1, 2, "a", "c"))
        self.fails(swap(0, 1, "a", "b", "failed"))

    def test_an_unknown_outcome_happens_late_or_never(self):
        lost = replace(0, 0, "b", UNKNOWN)
        self.holds(lost, find(1, 2, "a"))
        self.holds(lost, find(1, 2, "a"), find(8, 9, "b"))
        self.fails(lost, find(1, 2, "b"), find(8, 9, "a"))
        self.fails(find(1, 2, "b"), replace(3, 3, "b", UNKNOWN))

    def test_an_unknown_swap_happens_only_where_it_may(self):
        lost = swap(0, 0, "z", "b", UNKNOWN)
        self.holds(lost, find(1, 2, "a"))
        self.fails(lost, find(1, 2, "b"))

    def test_random_histories_of_a_real_register_hold_until_a_read_is_changed(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        for _ in range(200):
            state, history, now = "a", [], 0.0
            for i in range(25):
                # Each happens at a moment of its own, inside what its client sees.
                now += 1
                called, answered = now - chance.uniform(0, 3), now + chance.uniform(0, 3)
                if chance.random() < 0.5:
                    history.append(find(called, answered, state))
                else:
                    state = f"v{i}"
                    history.append(replace(called, answered, state))
            self.assertTrue(is_linearizable(history, "a"))
            self.assertFalse(is_linearizable([*history, find(now + 9, now + 10, "never")], "a"))


if __name__ == "__main__":
    unittest.main()
