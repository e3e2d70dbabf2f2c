# One run as one JSON line, for script/bench. Reads what bash's `times` printed before and after
# the run and what wrk printed, in this order; the rest comes as variables.

function microseconds(text, parts) {
  split(text, parts, /[ms]/)
  return (parts[1] * 60 + parts[2]) * 1000000
}

FNR == 1 { ++file }

# The second line of `times` is of the children: user and system.
file == 1 && FNR == 2 { wrk_us -= microseconds($1) + microseconds($2) }
file == 2 && FNR == 2 { wrk_us += microseconds($1) + microseconds($2) }

file == 3 && $1 == "result" {
  for (i = 2; i <= NF; ++i) {
    split($i, pair_of, "=")
    result[pair_of[1]] = pair_of[2]
  }
}

END {
  requests = result["requests"]
  duration_us = result["duration_us"]
  if (requests + 0 == 0 || duration_us + 0 == 0) exit 1
  server_us = used_ticks * 1000000 / ticks_a_second
  all_us = all_ticks * 1000000 / ticks_a_second
  printf "{\"at\":\"%s\",\"pair\":\"%s\",\"role\":\"%s\",\"server\":\"%s\",", at, pair, role, server
  printf "\"connections\":%d,\"round\":%d,\"seconds\":%d,", connections, round, seconds
  printf "\"requests\":%.0f,\"duration_us\":%.0f,", requests, duration_us
  printf "\"requests_per_second\":%.0f,", requests / duration_us * 1000000
  printf "\"server_cpu_us_per_request\":%.3f,", server_us / requests
  printf "\"server_switches_per_request\":%.4f,", switches / requests
  printf "\"wrk_cpu_us_per_request\":%.3f,", wrk_us / requests
  printf "\"server_busy_percent\":%.1f,", 100 * server_us / duration_us
  printf "\"wrk_busy_percent\":%.1f,", 100 * wrk_us / duration_us
  printf "\"other_busy_percent\":%.1f,", 100 * (all_us - server_us - wrk_us) / duration_us
  printf "\"p50_us\":%d,\"p90_us\":%d,", result["p50_us"], result["p90_us"]
  printf "\"p99_us\":%d,\"p99_9_us\":%d,", result["p99_us"], result["p99_9_us"]
  printf "\"non_2xx\":%d,\"socket_errors\":%d}\n", result["non_2xx"], result["socket_errors"]
}
