# Whether the pairs of script/bench say that speed was lost, from the committed ratios (first file;
# what a line says is in loadtest/ratios) and the JSON lines of the runs (second); needs jsonl.awk.
# With -v save=1 prints lines for the first file instead. Exit status: 0 nothing lost; 3 a regression;
# 4 the noise would hide one; 1 a row without a committed ratio, or too few pairs.
#
# A ratio is known as the median of its pairs and an interval that holds the true median with 95 %,
# whatever the distribution: from the k-th smallest to the k-th largest pair. Two intervals that do
# not overlap differ by more than noise.

# The largest k for which P(fewer than k of `count` fair coins show heads) <= 0.025; 0 if there is none.
function rank(count, k, probability, sum) {
  probability = 2 ^ -count
  for (k = 0; sum + probability <= 0.025; ++k) {
    sum += probability
    probability *= (count - k) / (k + 1)
  }
  return k
}

function print_verdict(what, middle, low, high, verdict) {
  printf "%-16s %11s  %-10s  %-18s  %-18s  %s\n", row, connections, what, \
    sprintf("%.2f (%.2f-%.2f)", middle, low, high), \
    (row, connections, what) in known ? known[row, connections, what] : "-", verdict
}

# `sign` is 1 for what should be large and -1 for what should be small.
function judge(what, sign, key, middle, count, k, low, high, edge, hidden) {
  key = row SUBSEP connections SUBSEP what
  middle = median(key)
  count = counts[key]
  k = rank(count)
  if (k == 0) {
    printf "%s, %d connections: %d pairs are too few\n", row, connections, count
    broken = 1
    return
  }
  low = sorted[k]
  high = sorted[count - k + 1]
  if (save) {
    print row, connections, what, sprintf("%.3f %.3f %.3f", middle, low, high), count
  } else if (!(key in known)) {
    print_verdict(what, middle, low, high, "no committed ratio")
    broken = 1
  } else {
    # The worst that was committed, over the best that this run may be: above 1 is a loss.
    edge = sign > 0 ? known_low[key] / high : low / known_high[key]
    # How much worse than the committed median it may be after all.
    hidden = sign > 0 ? known_middle[key] / low - 1 : high / known_middle[key] - 1
    if (hidden < 0) hidden = 0
    if (edge > 1 + tolerance) {
      lost = 1
      print_verdict(what, middle, low, high, "REGRESSION")
    } else if (hidden > most_hidden) {
      noisy = 1
      print_verdict(what, middle, low, high, \
        sprintf("too noisy: may be %.0f %% worse", 100 * hidden))
    } else {
      print_verdict(what, middle, low, high, \
        sprintf("no regression: %.0f %% worse at most", 100 * hidden))
    }
  }
}

BEGIN {
  tolerance = 0.02   # What nobody minds.
  most_hidden = 0.15 # Of what must not be overlooked.
}

FNR == 1 { ++file }

file == 1 {
  if ($0 ~ /^(#|$)/) next
  known[$1, $2, $3] = sprintf("%.2f (%.2f-%.2f)", $4, $5, $6)
  known_middle[$1, $2, $3] = $4
  known_low[$1, $2, $3] = $5
  known_high[$1, $2, $3] = $6
  next
}

{
  row = member("pair")
  connections = member("connections")
  throughput = member("requests_per_second")
  cpu = member("server_cpu_us_per_request")
  if (!((row, connections) in has_row)) rows[++row_count] = row SUBSEP connections
  has_row[row, connections] = 1
  if (member("role") == "base") {
    base_throughput = throughput
    base_cpu = cpu
  } else {
    keep(row SUBSEP connections SUBSEP "throughput", throughput / base_throughput)
    if (base_cpu > 0) keep(row SUBSEP connections SUBSEP "CPU", cpu / base_cpu)
  }
}

END {
  if (!save) {
    printf "\n%-16s %11s  %-10s  %-18s  %-18s\n", "row", "connections", "ratio of", "now", \
      "committed"
  }
  for (r = 1; r <= row_count; ++r) {
    split(rows[r], parts, SUBSEP)
    row = parts[1]
    connections = parts[2]
    judge("throughput", 1)
    judge("CPU", -1)
  }
  if (broken || row_count == 0) exit 1
  if (lost) exit 3
  if (noisy) exit 4
}
