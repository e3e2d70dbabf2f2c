# The table of script/bench-reads, from its JSON lines; needs jsonl.awk.

function print_cells(a, b, c, d, e, f, g) {
  printf "%-9s %-8s %-20s %-22s %-24s %-14s %s\n", a, b, c, d, e, f, g
}

function print_load(load, row) {
  row = rate SUBSEP load
  if (!((row SUBSEP "p50_us", 1) in values)) return
  print_cells(rate, load, with_range(row SUBSEP "p50_us", "%.0f"), \
    with_range(row SUBSEP "p99_us", "%.0f"), with_range(row SUBSEP "p99_9_us", "%.0f"), \
    sprintf("%.0f", median(row SUBSEP "late_p99_us")), \
    sprintf("%.0f", median(row SUBSEP "creates_per_second")))
}

# Over the run alone that came before in the same round.
function print_ratios(load, m, row, cells) {
  for (m = 1; m <= 3; ++m) {
    row = rate SUBSEP load SUBSEP "over" SUBSEP metrics[m]
    if (!((row, 1) in values)) return
    cells[m] = with_range(row, "%.2f")
  }
  print_cells("", load "/", cells[1], cells[2], cells[3], "", "")
}

BEGIN {
  metric_count = split("p50_us p99_us p99_9_us late_p99_us creates_per_second", metrics, " ")
}

{
  rate = member("rate")
  load = member("load")
  if (!(rate in seen)) rates[++rate_count] = rate
  seen[rate] = 1
  for (m = 1; m <= metric_count; ++m) {
    value = member(metrics[m])
    keep(rate SUBSEP load SUBSEP metrics[m], value)
    if (load == "alone") alone[m] = value
    else if (m <= 3 && alone[m] > 0) {
      keep(rate SUBSEP load SUBSEP "over" SUBSEP metrics[m], value / alone[m])
    }
  }
  if (member("round") + 0 > runs) runs = member("round") + 0
  seconds = member("seconds")
}

END {
  printf "\nreads: median (min-max) of %d run(s) of %d s; LOAD/: over the run alone of its round\n", \
    runs, seconds
  print_cells("reads/s", "creates", "p50 us", "p99 us", "p99.9 us", "late p99 us", "creates/s")
  for (r = 1; r <= rate_count; ++r) {
    rate = rates[r]
    print_load("alone")
    print_load("beside")
    print_load("apart")
    print_ratios("beside")
    print_ratios("apart")
  }
}
