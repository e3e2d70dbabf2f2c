# The table of script/bench, from its JSON lines; needs jsonl.awk. With -v markdown=1 as Markdown.

function print_cells(a, b, c, d, e, f, g, h, i, j, format) {
  if (markdown) format = "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
  else format = "%-18s %-23s %-18s %6s %6s %6s %6s %7s %7s %7s\n"
  printf format, a, b, c, d, e, f, g, h, i, j
}

function rounded(key) { return sprintf("%.0f", median(key)) }

function print_server(row) {
  row = pair SUBSEP role SUBSEP load
  print_cells(name_of[pair, role], \
    with_range(row SUBSEP "requests_per_second", "%.0f"), \
    with_range(row SUBSEP "server_cpu_us_per_request", "%.2f"), \
    sprintf("%.2f", median(row SUBSEP "wrk_cpu_us_per_request")), \
    rounded(row SUBSEP "server_busy_percent"), rounded(row SUBSEP "wrk_busy_percent"), \
    rounded(row SUBSEP "other_busy_percent"), \
    latency(row, "p50_us"), latency(row, "p99_us"), errors[row] + 0)
}

# A pipelined run has none.
function latency(row, name) {
  return median(row SUBSEP name) ? rounded(row SUBSEP name) : "-"
}

function print_pair() {
  if (!((pair, "base", load) in has_run)) return
  role = "base"
  print_server()
  if (!((pair, "rollcall", load) in has_run)) return
  role = "rollcall"
  print_server()
  print_cells(markdown ? "*ratio*" : "  ratio", \
    with_range(pair SUBSEP load SUBSEP "throughput_ratio", "%.2f"), \
    with_range(pair SUBSEP load SUBSEP "cpu_ratio", "%.2f"), "", "", "", "", "", "", "")
}

function print_load() {
  printf "\n%d connections: median (min-max) of %d run(s) of %d s; ratio: of each pair of runs\n", \
    load, runs, seconds
  if (markdown) {
    printf "\n"
    print_cells("", "requests/s", "server CPU us/request", "wrk us/req", "server busy%", \
      "wrk busy%", "other busy%", "p50 us", "p99 us", "errors")
    print_cells("---", "---", "---", "---", "---", "---", "---", "---", "---", "---")
  } else {
    print_cells("", "", "server CPU", "wrk", "server", "wrk", "other", "", "", "")
    print_cells("", "requests/s", "us/request", "us/req", "busy%", "busy%", "busy%", "p50 us", \
      "p99 us", "errors")
  }
  for (p = 1; p <= pair_count; ++p) {
    pair = pairs[p]
    print_pair()
  }
}

BEGIN {
  metric_count = split("requests_per_second server_cpu_us_per_request wrk_cpu_us_per_request " \
    "server_busy_percent wrk_busy_percent other_busy_percent p50_us p99_us", metrics, " ")
  disturbed_percent = 20
}

{
  pair = member("pair")
  role = member("role")
  connections = member("connections")
  row = pair SUBSEP role SUBSEP connections
  has_run[row] = 1
  if (!(pair in seen_pair)) pairs[++pair_count] = pair
  seen_pair[pair] = 1
  if (!(connections in seen)) loads[++load_count] = connections
  seen[connections] = 1
  name_of[pair, role] = member("server")
  for (m = 1; m <= metric_count; ++m) keep(row SUBSEP metrics[m], member(metrics[m]))
  errors[row] += member("non_2xx") + member("socket_errors")
  throughput = member("requests_per_second")
  cpu = member("server_cpu_us_per_request")
  # The base's run comes first, so that its partner divides by the run just before it.
  if (role == "base") {
    base_throughput = throughput
    base_cpu = cpu
  } else {
    keep(pair SUBSEP connections SUBSEP "throughput_ratio", throughput / base_throughput)
    if (base_cpu > 0) keep(pair SUBSEP connections SUBSEP "cpu_ratio", cpu / base_cpu)
  }
  if (member("round") + 0 > runs) runs = member("round") + 0
  seconds = member("seconds")
  if (member("other_busy_percent") + 0 > disturbed_percent) ++disturbed
}

END {
  for (l = 1; l <= load_count; ++l) {
    load = loads[l]
    print_load()
  }
  if (disturbed) {
    printf "\n%d of %d runs were disturbed: other work took over %d %% of a core\n", \
      disturbed, NR, disturbed_percent
  }
}
