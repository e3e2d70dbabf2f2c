#!/usr/bin/env python3
"""What several instances over one PostgreSQL promise, under what may go wrong.

  failover    the primary is killed under load, and its synchronous standby promoted: --rounds
  chaos       connections are cut in the middle of batches, which arrive again later: --seconds
  partition   the network falls silent (a proxy), or the database stops: --seconds each
  namespaces  the same with a network of its own for each, as root
  rolling     instances restart behind HAProxy: --rounds, a restart each --seconds / 2
  stopped     the database is away for --seconds
  one-fails   the database refuses what one client sends
  clocks      instances whose clocks differ by two hours
  buffers     65,536 users of 2 KiB through sockets that hold 4 KiB, as root
  histories   what clients see is linearizable for each user, across failovers: --seconds
  quick       a part of them, as ctest runs it

Prints what can't be, a line each. Exit codes: 0 nothing; 1 something; 77 PostgreSQL, or
what else the scenario needs, is not installed (script/bootstrap --postgres).
"""
import argparse
import random
import sys

from databases import programs

# First, because it says where the modules of other folders are.
import buffers  # noqa: E402  pylint: disable=wrong-import-order
import chaos  # noqa: E402
import failover  # noqa: E402
import histories  # noqa: E402
import namespaces  # noqa: E402
import partition  # noqa: E402
import rolling  # noqa: E402
import stopped  # noqa: E402
from house import House, Skipped  # noqa: E402

SKIPPED = 77
TOLD = 20  # Lines.
SCENARIOS = {"failover": failover.run, "chaos": chaos.run, "partition": partition.run,
             "namespaces": partition.run, "buffers": buffers.run,
             "rolling": rolling.run, "stopped": stopped.database_is_stopped,
             "one-fails": stopped.one_user_fails, "clocks": stopped.clocks_differ,
             "histories": histories.run, "quick": chaos.run_quickly}
IN_NAMESPACES = ("namespaces", "buffers")


def run(name, options):
    print(f"{name}, seed {options.seed}", flush=True)
    with House(options) as house:
        wrong = SCENARIOS[name](house, options)
    for each in wrong[:TOLD]:
        print(f"{name}: {each}")
    print(f"{name}: {len(wrong)} violations", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="rollcall")
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--pause", type=float, default=0.005, help="of a client between requests")
    parser.add_argument("--ids", choices=("leased", "ordered"), help="of the store's URL")
    parser.add_argument("--only", help="partition: those whose name contains it")
    options = parser.parse_args()
    if programs() is None:
        print("skipped: PostgreSQL is not installed (script/bootstrap --postgres)")
        return SKIPPED
    if options.scenario in IN_NAMESPACES:
        code = namespaces.enter()
        if code is not None:
            return code
    try:
        return 0 if run(options.scenario, options) else 1
    except Skipped as why:
        print(f"skipped: {why}")
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
