# What strace -ttt -T noted of fsync and fdatasync, as one JSON line of script/bench-batches: only
# the calls from `began` to `ended`, seconds of the epoch. The other variables go into the line.

# PID SECONDS fdatasync(5) = 0 <0.000123>, or for a call that another thread's came into:
# PID SECONDS <... fdatasync resumed>) = 0 <0.000123>
/= 0 <[0-9.]+>$/ && $2 >= began && $2 <= ended {
  duration = $NF
  gsub(/[<>]/, "", duration)
  durations[++count] = duration * 1000000
  total += duration * 1000000
}

# Shell sort: a run has up to some 100,000 calls.
function sort_durations(gap, i, j, moved) {
  for (gap = int(count / 2); gap > 0; gap = int(gap / 2)) {
    for (i = gap + 1; i <= count; ++i) {
      moved = durations[i]
      for (j = i - gap; j > 0 && durations[j] > moved; j -= gap) durations[j + gap] = durations[j]
      durations[j + gap] = moved
    }
  }
}

function percentile(percent, index_of) {
  index_of = int(percent / 100 * count) + 1
  return durations[index_of > count ? count : index_of]
}

END {
  if (count == 0) exit 1
  sort_durations()
  printf "{\"at\":\"%s\",\"server\":\"rollcall-sqlite\",\"connections\":%d,", at, connections
  printf "\"round\":%d,\"seconds\":%d,\"requests\":%d,", round, seconds, requests
  printf "\"requests_per_second\":%d,\"untraced_requests_per_second\":%d,", rate, untraced
  printf "\"syncs\":%d,\"syncs_per_second\":%.0f,", count, rate * count / requests
  printf "\"batch\":%.3f,", requests / count
  printf "\"sync_mean_us\":%.0f,\"sync_p50_us\":%.0f,", total / count, percentile(50)
  printf "\"sync_p99_us\":%.0f}\n", percentile(99)
}
