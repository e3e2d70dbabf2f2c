# The rows of script/bench: each a pair of servers under the same number of connections.
# shellcheck shell=bash disable=SC2034,SC2154 # Variables go from one sourced file to another.

readonly default_rows=memory,durable
readonly peer_rows=json-server,fastify,go,go-sqlite,nginx,beast
readonly all_rows=memory,durable,get,pipeline,durable-memory,$peer_rows

# What --check compares, each ROW:CONNECTIONS.
readonly checked_rows='durable:1 durable:8 durable:64 durable:256 durable:1024 memory:64 get:64'

# Prints the row as `base-label base-server base-script label server script connections`. The ratio
# in the tables is the second server's over the base's.
describe_row() { # row
  case $1 in
    memory) echo blind blind create rollcall-memory rollcall-memory create 64 ;;
    durable) echo blind-durable blind-durable create rollcall-sqlite rollcall-sqlite create 64 ;;
    uring) echo blind blind create blind-uring blind-uring create 64 ;;
    get) echo blind blind get rollcall-get rollcall-memory get 64 ;;
    pipeline)
      echo rollcall-single rollcall-memory create rollcall-pipeline rollcall-memory pipeline 64
      ;;
    durable-memory)
      echo rollcall-memory rollcall-memory create rollcall-sqlite rollcall-sqlite create 256
      ;;
    json-server | fastify | go | go-sqlite | nginx | beast)
      echo "$1" "$1" create rollcall-sqlite rollcall-sqlite create 64
      ;;
    *) return 1 ;;
  esac
}

# Sets `rows` to the rows of a list, with `peers` and `all` resolved.
expand_rows() { # list
  local list=",$1," row
  list=${list//,all,/,$all_rows,}
  list=${list//,peers,/,$peer_rows,}
  rows=()
  for row in ${list//,/ }; do
    describe_row "$row" >/dev/null || die "--only: unknown row '$row' (see --help)" 2
    rows+=("$row")
  done
  ((${#rows[@]})) || die '--only takes ROW[,ROW]...' 2
}

# Prints the servers of the rows, each on a line.
servers_of() { # row...
  local row base_label base_server base_script label server rest
  for row in "$@"; do
    # shellcheck disable=SC2034 # The unused names stand for their columns.
    read -r base_label base_server base_script label server rest <<<"$(describe_row "$row")"
    printf '%s\n%s\n' "$base_server" "$server"
  done
}

# A B A B ..., so that whatever else the machine does affects both.
run_row() { # row connections (empty: the row's own)
  local base_label base_server base_script label server script own round count
  read -r base_label base_server base_script label server script own <<<"$(describe_row "$1")"
  count=${2:-$own}
  for ((round = 1; round <= rounds; ++round)); do
    run_once "$1" base "$base_label" "$base_server" "$base_script" "$count" "$round"
    run_once "$1" rollcall "$label" "$server" "$script" "$count" "$round"
  done
}
