# The table of script/bench-batches, from its JSON lines; needs jsonl.awk. With -v markdown=1 as
# Markdown, with -v data=1 as columns for gnuplot.

function print_cells(a, b, c, d, e, f, g) {
  if (data) format = "%s %s %s %s %s %s %s\n"
  else if (markdown) format = "| %s | %s | %s | %s | %s | %s | %s |\n"
  else format = "%-11s %-20s %-14s %11s %11s %11s %16s\n"
  printf format, a, b, c, d, e, f, g
}

function rounded(name) { return sprintf("%.0f", median(load SUBSEP name)) }

BEGIN {
  metric_count = split("batch requests_per_second untraced_requests_per_second sync_mean_us " \
    "sync_p50_us sync_p99_us syncs_per_second", metrics, " ")
}

{
  load = member("connections")
  if (!(load in seen)) loads[++load_count] = load
  seen[load] = 1
  for (m = 1; m <= metric_count; ++m) keep(load SUBSEP metrics[m], member(metrics[m]))
}

END {
  if (data) printf "# "
  if (!data && !markdown) print ""
  print_cells("connections", "creates a sync", "syncs/s", "sync p50 us", "sync p99 us", \
    "creates/s", "without strace/s")
  if (markdown) print "| --- | --- | --- | --- | --- | --- | --- |"
  for (l = 1; l <= load_count; ++l) {
    load = loads[l]
    batch = load SUBSEP "batch"
    print_cells(load, data ? sprintf("%.3f", median(batch)) : with_range(batch, "%.1f"), \
      rounded("syncs_per_second"), \
      rounded("sync_p50_us"), rounded("sync_p99_us"), rounded("requests_per_second"), \
      rounded("untraced_requests_per_second"))
  }
}
