# The table of script/bench-open-loop, from its JSON lines; needs jsonl.awk. With -v markdown=1 as
# Markdown; with -v server=NAME only that server, as columns for gnuplot.

function print_cells(a, b, c, d, e, f, g, h, i, j) {
  if (markdown) format = "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
  else format = "%-16s %9s %9s %9s %8s %8s %8s %8s %8s %8s\n"
  printf format, a, b, c, d, e, f, g, h, i, j
}

function rounded(name) { return sprintf("%.0f", median(key SUBSEP name)) }

function print_row(row) {
  key = rows[row]
  if (server != "") {
    if (server_of[key] != server || percent_of[key] == 0) return
    print rounded("offered_per_second"), rounded("p50_us"), rounded("p90_us"), \
      rounded("p99_us"), rounded("p99_9_us")
    return
  }
  print_cells(server_of[key], percent_of[key] == 0 ? "saturation" : percent_of[key] " %", \
    percent_of[key] == 0 ? "-" : rounded("offered_per_second"), rounded("answered_per_second"), \
    rounded("p50_us"), rounded("p90_us"), rounded("p99_us"), rounded("p99_9_us"), \
    rounded("late_p99_us"), rounded("server_busy_percent"))
}

BEGIN {
  metric_count = split("offered_per_second answered_per_second p50_us p90_us p99_us p99_9_us " \
    "late_p99_us server_busy_percent", metrics, " ")
}

{
  key = member("server") SUBSEP member("percent")
  if (!(key in server_of)) rows[++row_count] = key
  server_of[key] = member("server")
  percent_of[key] = member("percent")
  for (m = 1; m <= metric_count; ++m) keep(key SUBSEP metrics[m], member(metrics[m]))
  if (member("round") + 0 > runs) runs = member("round") + 0
  connections = member("connections")
  seconds = member("seconds")
}

END {
  if (server == "") {
    printf "\n%d connections: median of %d run(s) of %d s\n", connections, runs, seconds
    if (markdown) print ""
    print_cells("", "of satur.", "offered/s", "answered/s", "p50 us", "p90 us", "p99 us", \
      "p99.9 us", "late p99", "server busy%")
    if (markdown) print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  }
  for (row = 1; row <= row_count; ++row) print_row(row)
}
