# Starting and ending the server that is measured, and its CPU time. Needs common.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # Variables go from one sourced file to another.

readonly ready_seconds=10 stop_seconds=10

server_pid=''
load_pid=''    # Of the load generator.
url=''         # Of the server that runs.
ended=0        # Exit status of the process that end_process ended.
prefix=()      # What the server is started by, such as strace; it must exec the server.
rollcall_options=() # Of rollcall, besides --listen, --store and --threads.

# Reports missing programs before the first run, not in the middle, and builds those that it can.
find_servers() { # name...
  local name programs=()
  for name in "$@"; do
    case $name in
      blind) programs+=(BLIND_PROGRAM) ;;
      blind-durable) programs+=(BLIND_DURABLE_PROGRAM) ;;
      blind-uring) programs+=(BLIND_URING_PROGRAM) ;;
      rollcall-memory | rollcall-sqlite) programs+=(ROLLCALL_PROGRAM) ;;
      beast) programs+=(BEAST_PROGRAM) ;;
      go | go-sqlite) "$root/loadtest/peers/start" --build "$name" ;;
      nginx) need_command nginx ;;
      json-server | fastify)
        need_command node
        [[ -d $root/loadtest/peers/node_modules ]] ||
          die 'loadtest/peers/node_modules is missing: run loadtest/bootstrap'
        ;;
      *) die "unknown server '$name' (see --help)" 2 ;;
    esac
  done
  find_programs "${programs[@]}"
}

# Sets `server_command` to the command that starts a server on a free port. Names are as in the tables.
command_of() { # name
  local rollcall=("${ROLLCALL_PROGRAM:-}" --listen 127.0.0.1:0)
  [[ -z $threads ]] || rollcall+=(--threads "$threads")
  rollcall+=("${rollcall_options[@]}")
  case $1 in
    blind) server_command=("$BLIND_PROGRAM" --port 0) ;;
    blind-uring) server_command=("$BLIND_URING_PROGRAM" --port 0) ;;
    blind-durable)
      server_command=("$BLIND_DURABLE_PROGRAM" --port 0 --file "$scratch/data/log")
      ;;
    rollcall-memory) server_command=("${rollcall[@]}" --store memory:) ;;
    rollcall-sqlite)
      server_command=("${rollcall[@]}" --store "sqlite:$scratch/data/users.db")
      ;;
    # GOMAXPROCS corresponds to rollcall's --threads; the other peers have one thread for requests.
    go | go-sqlite)
      server_command=(env ${threads:+"GOMAXPROCS=$threads"} "$root/loadtest/peers/start" "$1" 0
        "$scratch/data")
      ;;
    *) server_command=("$root/loadtest/peers/start" "$1" 0 "$scratch/data") ;;
  esac
}

# The first address on a line that is complete: half a line could hold half a port number.
ready_url() {
  local line
  while IFS= read -r line; do
    [[ $line =~ http://127\.0\.0\.1:[0-9]+ ]] || continue
    printf '%s' "${BASH_REMATCH[0]}"
    return
  done <"$scratch/stdout"
}

start_server() { # name
  local name=$1 deadline=$((SECONDS + ready_seconds)) status=0 server_command
  command_of "$name"
  # Emptied here too, not only by the child: otherwise the last server's line could still be read.
  : >"$scratch/stdout"
  : >"$scratch/stderr"
  "${prefix[@]}" "${server_command[@]}" >"$scratch/stdout" 2>"$scratch/stderr" &
  server_pid=$!
  until url=$(ready_url) && [[ -n $url ]]; do
    if ! kill -0 "$server_pid" 2>/dev/null; then
      wait "$server_pid" || status=$?
      server_pid=''
      die "$name did not start (exit $status): $(first_complaint)"
    fi
    ((SECONDS < deadline)) ||
      die "$name printed no address within $ready_seconds s: $(first_complaint)"
    sleep 0.05
  done
}

first_complaint() {
  local line=''
  IFS= read -r line <"$scratch/stderr" || true
  printf '%s' "${line:-nothing on standard error}"
}

# Ends a child by its process id; its exit status is in `ended`.
end_process() { # pid
  local deadline=$((SECONDS + stop_seconds))
  ended=0
  kill -TERM "$1" 2>/dev/null || true
  while kill -0 "$1" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      kill -KILL "$1" 2>/dev/null || true
      break
    fi
    sleep 0.05
  done
  wait "$1" 2>/dev/null || ended=$?
}

stop_server() { # name
  local pid=$server_pid
  server_pid=''
  end_process "$pid"
  ((ended == 0)) || die "$1 ended with status $ended: $(first_complaint)"
}

need_server() { # name
  kill -0 "$server_pid" 2>/dev/null || die "$1 ended during the run: $(first_complaint)"
}

clean_up() {
  [[ -z $load_pid ]] || end_process "$load_pid"
  [[ -z $server_pid ]] || end_process "$server_pid"
  [[ -z $scratch ]] || rm -rf "$scratch"
}

# Prints the status line that answers one create.
create_once() {
  local body='{"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"}' line=''
  exec 3<>"/dev/tcp/127.0.0.1/${url##*:}" || return 0
  printf 'POST /users HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s: %d\r\n\r\n%s' \
    "${url#http://}" Content-Length "${#body}" "$body" >&3
  IFS= read -r -t 5 line <&3 || true
  printf '%s' "${line%$'\r'}"
}

# wrk accepts any status below 400; one create by hand checks that the answer keeps the contract. It
# also makes the user that get.lua reads.
probe() { # name
  local line
  line=$(create_once 2>/dev/null) || true
  [[ $line == 'HTTP/1.1 201 '* ]] || die "$1 answered a create with '${line:-nothing}', not 201"
}

# proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces.
server_ticks() {
  local stat fields
  stat=$(<"/proc/$server_pid/stat")
  read -ra fields <<<"${stat##*) }"
  printf '%d' $((fields[11] + fields[12]))
}

# Of all its threads: how often one waited, or was made to.
server_switches() {
  cat "/proc/$server_pid"/task/*/status | awk '/ctxt_switches/ { sum += $2 } END { print sum + 0 }'
}

# Ticks of the whole machine that were not idle: all of /proc/stat's first line but idle, iowait
# and the guest fields, which are in user already.
machine_ticks() {
  local cpu user nice system idle iowait irq softirq steal rest
  # shellcheck disable=SC2034 # The unused names stand for their columns.
  read -r cpu user nice system idle iowait irq softirq steal rest </proc/stat
  printf '%d' $((user + nice + system + irq + softirq + steal))
}

# Runs a load generator with its output in a file, so that clean_up can end it.
run_load() { # output-file command argument...
  local file=$1 status=0
  shift
  "$@" >"$file" 2>&1 &
  load_pid=$!
  wait "$load_pid" || status=$?
  load_pid=''
  ((status == 0)) || die "$1 ended with status $status: $(tail -n 1 "$file")"
}
