# The requests that h2load logged (start in microseconds, status, duration in microseconds), sorted
# by duration, as a `result` line like open_loop's. Needs -v rate= and -v seconds=.

{
  duration[NR] = $3
  if ($2 < 200 || $2 > 299) ++non_2xx
}

function percentile(percent, index_of) {
  index_of = int(percent / 100 * NR) + 1
  return duration[index_of > NR ? NR : index_of]
}

END {
  if (NR == 0) exit 1
  printf "result offered_per_second=%d answered_per_second=%.0f requests=%d non_2xx=%d", rate, \
    NR / seconds, NR, non_2xx
  printf " p50_us=%d p90_us=%d p99_us=%d p99_9_us=%d max_us=%d\n", percentile(50), \
    percentile(90), percentile(99), percentile(99.9), duration[NR]
}
