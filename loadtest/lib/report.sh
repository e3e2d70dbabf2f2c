# Tables and plots from the results of the load tests. Needs common.sh.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # SC2016: the marks are Markdown's.

readonly folder_of_awk="$root/loadtest/lib"

with_jsonl() { # awk-program argument...
  local program=$1
  shift
  awk "$@" -f "$folder_of_awk/jsonl.awk" -f "$folder_of_awk/$program.awk"
}

pivot() { # file form value number
  with_jsonl pivot -v down=connections -v across=server -v form="$2" -v value="$3" \
    -v number="${4:-%.0f}" -v title=connections <"$output/$1.jsonl"
}

# The medians over the rounds of the latency at each percentile of the runs at one percent.
distribution() { # server percent
  cat "$output/distribution/$1-$2-"* | awk '
    { printf "{\"percentile\":%s,\"us\":%s,\"server\":\"one\"}\n", $1, $2 }' |
    with_jsonl pivot -v down=percentile -v across=server -v value=us -v form=data
}

# Each plot reads a data file of its own name, so that anyone can plot it again.
write_data() {
  mkdir -p "$output/data"
  local server
  if [[ -s $output/results.jsonl ]]; then
    with_jsonl throughput_data <"$output/results.jsonl" >"$output/data/throughput"
  fi
  if [[ -s $output/connections.jsonl ]]; then
    pivot connections data requests_per_second >"$output/data/connections"
  fi
  if [[ -s $output/open_loop.jsonl ]]; then
    for server in blind rollcall-memory rollcall-sqlite; do
      with_jsonl open_loop_table -v server="$server" <"$output/open_loop.jsonl" \
        >"$output/data/rate-$server"
      distribution "$server" "$distribution_percent" >"$output/data/percentiles-$server"
    done
  fi
  if [[ -s $output/batches.jsonl ]]; then
    with_jsonl batches_table -v data=1 <"$output/batches.jsonl" >"$output/data/batches"
  fi
}

plot() { # name data-file variable...
  [[ -s $output/data/$2 ]] || return 0
  local name=$1 variables="folder='$output/data/'; style='$root/loadtest/plots/style.gp'"
  shift 2
  gnuplot -e "$variables; output='$output/$name.svg'; ${*}" "$root/loadtest/plots/$name.gp" ||
    die "gnuplot cannot plot $name"
}

describe_machine_for_report() {
  local model commit=''
  model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  if commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null); then
    [[ -z $(git -C "$root" status --porcelain) ]] || commit+=' with changes'
  fi
  printf '%s, commit %s. ' "$(date -u +%F)" "${commit:-unknown}"
  printf '%s cores (%s), Linux %s, data on %s.\n' "$(nproc)" "${model:-unknown}" "$(uname -r)" \
    "$(df --output=fstype "$data" | tail -n 1)"
}

print_rows() {
  [[ -s $output/results.jsonl ]] || return 0
  printf '\n## Pairs\n\nEach pair is one server, then rollcall, again and again; the ratio is of '
  printf 'neighbouring runs.\n'
  with_jsonl bench_table -v markdown=1 <"$output/results.jsonl"
  printf '\n![Throughput of each server](throughput.svg)\n\n'
  printf 'Creates a second at 64 connections with `wrk -t1` and `create.lua`, median; the lines '
  printf 'are the smallest and the greatest run. json-server writes its file after the answers '
  printf 'and without a sync.\n'
}

print_connections() {
  [[ -s $output/connections.jsonl ]] || return 0
  printf '\n## Connections\n\nCreates a second, median (min-max):\n\n'
  pivot connections markdown requests_per_second
  printf '\nServer CPU in microseconds a create:\n\n'
  pivot connections markdown server_cpu_us_per_request %.2f
  printf '\np99 in microseconds, by wrk:\n\n'
  pivot connections markdown p99_us
  printf '\n![Throughput against connections](connections.svg)\n\n'
  printf 'Creates a second with `wrk -t1` and `create.lua`, median; the bars are the smallest and '
  printf 'the greatest run.\n'
}

print_open_loop() {
  [[ -s $output/open_loop.jsonl ]] || return 0
  local generator
  generator=$(sed -n 's/.*"generator":"\([^"]*\)".*/\1/p' "$output/open_loop.jsonl" | head -n 1)
  printf '\n## Open loop\n\nCreates at a fixed rate by %s, whether or not the answers keep ' \
    "$generator"
  printf 'up; late p99 is how late the generator itself was with requests that had a free connection.\n'
  with_jsonl open_loop_table -v markdown=1 <"$output/open_loop.jsonl"
  printf '\n![Latency against rate](rate.svg)\n\n'
  printf 'Latency from when a request was due, median of the rounds.\n'
  printf '\n![Latency by percentile](percentiles.svg)\n\n'
  printf 'Latency from when a request was due, each server at %s %% of its own saturation.\n' \
    "$distribution_percent"
}

print_batches() {
  [[ -s $output/batches.jsonl ]] || return 0
  printf '\n## Batches\n\n'
  with_jsonl batches_table -v markdown=1 <"$output/batches.jsonl"
  printf '\n![Creates a sync, and how long a sync takes](batches.svg)\n\n'
  printf 'Counted with `strace -f --seccomp-bpf -ttt -T -e trace=fsync,fdatasync`: the creates '
  printf 'that wrk counted, divided by the syncs that strace recorded meanwhile, %s. ' \
    "$(describe_options)"
  printf 'The time of a sync includes the stops for strace; the last column is the same load without '
  printf 'strace.\n'
}

write_report() {
  rm -f "$output"/*.svg
  write_data
  plot throughput throughput
  plot connections connections
  plot rate rate-blind
  plot percentiles percentiles-blind "percent='$distribution_percent'"
  plot batches batches
  {
    printf '# Load test\n\n'
    describe_machine_for_report
    printf '%s round(s) of %s s after %s s of warm-up, %s. ' "$rounds" "$seconds" \
      "$warmup" "$(describe_options)"
    printf 'The load generator runs on the same machine. '
    printf 'How to read the tables: `loadtest/README.md`. '
    printf 'The figures that the documents quote are in `docs/performance.md`.\n'
    print_rows
    print_connections
    print_open_loop
    print_batches
  } >"$output/report.md"
}
