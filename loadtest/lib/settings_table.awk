# The tables of script/bench-settings, from its JSON lines; needs jsonl.awk. With -v best_of=STORE -v
# best_at=CONNECTIONS only the setting that beat the default there, or came nearest.

function print_cells(a, b, c, d, e, f) {
  printf "%-28s %-23s %-19s %-19s %-17s %s\n", a, b, c, d, e, f
}

# Ratio of the default's runs over those of `name`, round by round.
function keep_ratios(stage, name, metric, key, r, own, its) {
  key = place SUBSEP stage SUBSEP name SUBSEP metric
  delete counts[key]
  for (r = 1; r <= runs; ++r) {
    own = run[place, stage, "default", metric, r]
    its = run[place, stage, name, metric, r]
    if (own > 0 && its > 0) keep(key, own / its)
  }
  return key
}

# The setting over which the default has the smallest median ratio. The limit is none.
function best(n, name, ratio, least, found) {
  for (n = 1; n <= name_count; ++n) {
    name = names[n]
    if (!((place, "all", name, "requests_per_second", 1) in run)) continue
    if (name == "default" || name ~ /^blind/) continue
    ratio = median(keep_ratios("all", name, "requests_per_second"))
    if (found == "" || ratio < least) {
      least = ratio
      found = name
    }
  }
  return found
}

function print_line(name, key) {
  key = place SUBSEP name
  if (!((key SUBSEP "requests_per_second", 1) in values)) return
  print_cells(name, with_range(key SUBSEP "requests_per_second", "%.0f"), \
    with_range(key SUBSEP "server_cpu_us_per_request", "%.2f"), \
    with_range(key SUBSEP "server_switches_per_request", "%.3f"), \
    name == "default" ? "" : with_range(keep_ratios("all", name, "requests_per_second"), "%.2f"), \
    name == "default" ? "" : \
      with_range(keep_ratios("all", name, "server_cpu_us_per_request"), "%.2f"))
}

function print_place(n, name) {
  split(place, parts, SUBSEP)
  printf "\n%s:, %d connections: median (min-max) of %d run(s) of %d s\n", parts[1], parts[2], \
    runs, seconds
  print_cells("", "creates/s", "CPU us/create", "switches/create", "default over it", "its CPU")
  # The limit first.
  for (n = 1; n <= name_count; ++n) if (names[n] ~ /^blind/) print_line(names[n])
  for (n = 1; n <= name_count; ++n) if (names[n] !~ /^blind/) print_line(names[n])
  name = best()
  printf "default over the best of all (%s), %d pair(s) of their own: ", name, runs
  printf "%s", with_range(keep_ratios("final", name, "requests_per_second"), "%.2f")
  printf ", CPU %s\n", with_range(keep_ratios("final", name, "server_cpu_us_per_request"), "%.2f")
}

BEGIN {
  metric_count = split("requests_per_second server_cpu_us_per_request " \
    "server_switches_per_request", metrics, " ")
}

{
  place = member("pair") SUBSEP member("connections")
  stage = member("role")
  name = member("server")
  round = member("round") + 0
  if (!(place in has_place)) places[++place_count] = place
  if (!(name in has_name)) names[++name_count] = name
  has_place[place] = has_name[name] = 1
  if (round > runs) runs = round
  seconds = member("seconds")
  for (m = 1; m <= metric_count; ++m) {
    run[place, stage, name, metrics[m], round] = member(metrics[m])
    if (stage == "all") keep(place SUBSEP name SUBSEP metrics[m], member(metrics[m]))
  }
}

END {
  if (best_of != "") {
    place = best_of SUBSEP best_at
    print best()
    exit
  }
  for (p = 1; p <= place_count; ++p) {
    place = places[p]
    print_place()
  }
}
