"""The judgement of script/bench --check, on runs that are made up: a regression is found, and noise
is not taken for one."""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIB = ROOT / "loadtest" / "lib"

# What check_ratios.awk ends with.
FINE, BROKEN, REGRESSION, NOISY = 0, 1, 3, 4


def runs(ratio, cpu, count, noise, seed, row="durable", connections=64):
    """JSON lines of `count` pairs whose ratios scatter by `noise` around `ratio` and `cpu`, on a
    machine whose speed drifts by half."""
    chance = random.Random(seed)
    lines = []
    for number in range(1, count + 1):
        speed = 50_000 * chance.uniform(0.5, 1)
        for role, factor, cost in (
            ("base", 1, 1),
            ("rollcall", ratio * chance.gauss(1, noise), cpu * chance.gauss(1, noise)),
        ):
            lines.append(
                json.dumps(
                    {
                        "pair": row,
                        "role": role,
                        "connections": connections,
                        "round": number,
                        "requests_per_second": round(speed * factor),
                        "server_cpu_us_per_request": round(8 * cost, 3),
                    },
                    separators=(",", ":"),
                )
            )
    return "\n".join(lines) + "\n"


class CheckRatios(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.ratios = pathlib.Path(directory.name, "ratios")
        self.results = pathlib.Path(directory.name, "results.jsonl")
        self.commit(runs(0.83, 1.26, 15, 0.03, seed=1))

    def awk(self, *options):
        command = ["awk", "-f", LIB / "jsonl.awk", "-f", LIB / "check_ratios.awk", *options]
        return subprocess.run(
            [*command, self.ratios, self.results], capture_output=True, text=True, check=False
        )

    def commit(self, lines):
        self.ratios.write_text("# A comment\n")
        self.results.write_text(lines)
        saved = self.awk("-v", "save=1")
        self.assertEqual(saved.returncode, FINE, saved.stdout + saved.stderr)
        self.ratios.write_text("# A comment\n" + saved.stdout)

    def judge(self, lines):
        self.results.write_text(lines)
        judged = self.awk()
        self.assertEqual(judged.stderr, "")
        return judged

    def test_what_was_saved_is_a_line_for_each_ratio_with_its_interval(self):
        lines = self.ratios.read_text().splitlines()[1:]
        self.assertEqual([line.split()[:3] for line in lines],
                         [["durable", "64", "throughput"], ["durable", "64", "CPU"]])
        for line, true in zip(lines, (0.83, 1.26)):
            middle, low, high, pairs = map(float, line.split()[3:])
            self.assertLess(low, middle)
            self.assertLess(middle, high)
            self.assertLess(abs(middle / true - 1), 0.03)
            self.assertEqual(pairs, 15)

    def test_lost_throughput_is_a_regression(self):
        judged = self.judge(runs(0.83 * 0.88, 1.26, 9, 0.03, seed=2))
        self.assertEqual(judged.returncode, REGRESSION, judged.stdout)
        self.assertRegex(judged.stdout, r"throughput .*REGRESSION")
        self.assertRegex(judged.stdout, r"CPU .*no regression")

    def test_more_cpu_time_is_a_regression(self):
        judged = self.judge(runs(0.83, 1.26 * 1.12, 9, 0.03, seed=3))
        self.assertEqual(judged.returncode, REGRESSION, judged.stdout)
        self.assertRegex(judged.stdout, r"CPU .*REGRESSION")

    def test_noise_is_no_regression(self):
        for seed in range(100, 160):
            judged = self.judge(runs(0.83, 1.26, 9, 0.03, seed))
            self.assertEqual(judged.returncode, FINE, judged.stdout)

    def test_more_speed_is_no_regression(self):
        judged = self.judge(runs(0.95, 1.0, 9, 0.03, seed=4))
        self.assertEqual(judged.returncode, FINE, judged.stdout)

    def test_what_nobody_minds_is_no_regression(self):
        self.commit(runs(0.83, 1.26, 15, 0.0001, seed=5))
        self.assertEqual(self.judge(runs(0.83 * 0.985, 1.26, 9, 0.0001, seed=6)).returncode, FINE)
        self.assertEqual(
            self.judge(runs(0.83 * 0.975, 1.26, 9, 0.0001, seed=6)).returncode, REGRESSION)

    def test_a_run_that_could_hide_a_regression_says_so(self):
        judged = self.judge(runs(0.83, 1.26, 9, 0.3, seed=7))
        self.assertEqual(judged.returncode, NOISY, judged.stdout)
        self.assertIn("too noisy", judged.stdout)

    def test_a_regression_counts_more_than_noise_beside_it(self):
        lines = runs(0.5, 1.26, 9, 0.03, seed=8) + runs(0.83, 1.26, 9, 0.3, 9, connections=256)
        committed = self.ratios.read_text()
        self.ratios.write_text(committed + committed.replace(" 64 ", " 256 "))
        self.assertEqual(self.judge(lines).returncode, REGRESSION)

    def test_five_pairs_are_too_few_and_six_are_enough(self):
        self.assertEqual(self.judge(runs(0.83, 1.26, 5, 0.01, seed=10)).returncode, BROKEN)
        self.assertEqual(self.judge(runs(0.83, 1.26, 6, 0.01, seed=10)).returncode, FINE)

    def test_a_row_without_a_committed_ratio_is_not_passed_over(self):
        judged = self.judge(runs(0.83, 1.26, 9, 0.03, seed=11, connections=8))
        self.assertEqual(judged.returncode, BROKEN)
        self.assertIn("no committed ratio", judged.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
