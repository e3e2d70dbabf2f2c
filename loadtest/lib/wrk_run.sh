# One measured run of wrk. Needs common.sh and server.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # Variables go from one sourced file to another.

used_ticks=0   # CPU of the server in the latest run, and of the whole machine.
all_ticks=0
switches=0     # Context switches of the server.

run_wrk() { # script connections seconds
  need_descriptors "$2"
  run_load "$scratch/wrk" \
    wrk -t1 "-c$2" "-d${3}s" -s "$root/loadtest/wrk/$1.lua" "$url"
}

# `times` counts children that have ended. Between the two calls that is wrk and the short-lived
# helpers of this script, a few milliseconds.
measure() { # name script connections
  local machine_before server_before switches_before
  times >"$scratch/times_before"
  switches_before=$(server_switches)
  machine_before=$(machine_ticks)
  server_before=$(server_ticks)
  run_wrk "$2" "$3" "$seconds"
  need_server "$1"
  used_ticks=$(($(server_ticks) - server_before))
  all_ticks=$(($(machine_ticks) - machine_before))
  switches=$(($(server_switches) - switches_before))
  times >"$scratch/times_after"
  # On a slow disk a short run may use less than a tick.
  ((used_ticks > 0 || switches > 0)) || die "$1 used no CPU: is its program a wrapper that does not exec it?"
}

record() { # pair role name connections round
  local line
  line=$(awk -v pair="$1" -v role="$2" -v server="$3" -v connections="$4" -v round="$5" \
    -v at="$(printf '%(%FT%TZ)T' -1)" -v seconds="$seconds" -v used_ticks="$used_ticks" \
    -v all_ticks="$all_ticks" -v switches="$switches" -v ticks_a_second="$(getconf CLK_TCK)" \
    -f "$root/loadtest/lib/bench_record.awk" \
    "$scratch/times_before" "$scratch/times_after" "$scratch/wrk") ||
    die "no result line from wrk for $3"
  printf '%s\n' "$line" >>"$results"
  [[ $line == *'"non_2xx":0,"socket_errors":0'* ]] || failed_runs=$((failed_runs + 1))
}

# A new process with an empty store, a warm-up, the run, its line in the results.
run_once() { # pair role label server script connections round
  local pair=$1 role=$2 label=$3 server=$4 script=$5 count=$6 round=$7
  printf '%s, %s connections, round %s of %s: %s\n' "$pair" "$count" "$round" "$rounds" "$label"
  start_server "$server"
  probe "$server"
  ((warmup == 0)) || run_wrk "$script" "$count" "$warmup"
  measure "$server" "$script" "$count"
  stop_server "$server"
  record "$pair" "$role" "$label" "$count" "$round"
  clear_data
}
