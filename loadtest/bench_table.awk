# The table of script/bench, from its JSON lines (one object of plain members a line).

function member(name, found) {
  if (!match($0, "\"" name "\":(\"[^\"]*\"|[-0-9.]+)")) return ""
  found = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", found)
  return found
}

# Sorts values[key, 1..count] into sorted[1..count].
function sort_values(key, count, i, j) {
  for (i = 1; i <= count; ++i) {
    for (j = i - 1; j > 0 && sorted[j] > values[key, i] + 0; --j) sorted[j + 1] = sorted[j]
    sorted[j + 1] = values[key, i] + 0
  }
}

function median(key, count, middle) {
  count = counts[key]
  sort_values(key, count)
  middle = int((count + 1) / 2)
  return count % 2 ? sorted[middle] : (sorted[middle] + sorted[middle + 1]) / 2
}

function with_range(key, number, middle) {
  middle = median(key)
  return sprintf(number " (" number "-" number ")", middle, sorted[1], sorted[counts[key]])
}

function keep(key, value) { values[key, ++counts[key]] = value }

function print_server(server, row) {
  row = server SUBSEP load
  printf "%-16s %-23s %-18s %6.2f %6.0f %6.0f %6.0f %7.0f %7.0f %7d\n", server, \
    with_range(row SUBSEP "requests_per_second", "%.0f"), \
    with_range(row SUBSEP "server_cpu_us_per_request", "%.2f"), \
    median(row SUBSEP "wrk_cpu_us_per_request"), median(row SUBSEP "server_busy_percent"), \
    median(row SUBSEP "wrk_busy_percent"), median(row SUBSEP "other_busy_percent"), \
    median(row SUBSEP "p50_us"), median(row SUBSEP "p99_us"), errors[row]
}

function print_pair(pair) {
  print_server(name_of[pair, "limit"])
  print_server(name_of[pair, "rollcall"])
  printf "%-16s %-23s %-18s\n", "  ratio", \
    with_range(pair SUBSEP load SUBSEP "throughput_ratio", "%.2f"), \
    with_range(pair SUBSEP load SUBSEP "cpu_ratio", "%.2f")
}

function print_load() {
  printf "\n%d connections: median (min-max) of %d run(s) of %d s; ratio: of each pair of runs\n", \
    load, runs, member("seconds")
  printf "%-16s %-23s %-18s %6s %6s %6s %6s %7s %7s %7s\n", "", "", "server CPU", "wrk", \
    "server", "wrk", "other", "", "", ""
  printf "%-16s %-23s %-18s %6s %6s %6s %6s %7s %7s %7s\n", "", "requests/s", "us/request", \
    "us/req", "busy%", "busy%", "busy%", "p50 us", "p99 us", "errors"
  for (p = 1; p <= pair_count; ++p) print_pair(pairs[p])
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
  row = member("server") SUBSEP connections
  if (!((pair, "limit") in name_of)) pairs[++pair_count] = pair
  if (!(connections in seen)) loads[++load_count] = connections
  seen[connections] = 1
  name_of[pair, role] = member("server")
  for (m = 1; m <= metric_count; ++m) keep(row SUBSEP metrics[m], member(metrics[m]))
  errors[row] += member("non_2xx") + member("socket_errors")
  throughput = member("requests_per_second")
  cpu = member("server_cpu_us_per_request")
  # The limit's run comes first, so that its partner divides by the run just before it.
  if (role == "limit") {
    limit_throughput = throughput
    limit_cpu = cpu
  } else {
    keep(pair SUBSEP connections SUBSEP "throughput_ratio", throughput / limit_throughput)
    keep(pair SUBSEP connections SUBSEP "cpu_ratio", cpu / limit_cpu)
  }
  if (member("round") + 0 > runs) runs = member("round") + 0
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
