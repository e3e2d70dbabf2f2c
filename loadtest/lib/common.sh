# The part that the load test's scripts share: options, programs, the folder that a run writes to.
# shellcheck shell=bash disable=SC2034,SC2154 # Variables go from one sourced file to another.

export LC_ALL=C TZ=UTC

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
tool=$(basename "$0")
readonly tool

scratch=''     # Where a run writes; removed at the end.
failed_runs=0

die() {
  printf '%s: %s\n' "$tool" "$1" >&2
  exit "${2:-1}"
}

need_number() { # name value minimum
  [[ $2 =~ ^(0|[1-9][0-9]{0,4})$ && $2 -ge $3 ]] || die "$1 takes a number from $3, not '$2'" 2
}

need_numbers() { # name list minimum
  [[ $2 =~ ^[^,]+(,[^,]+)*$ ]] || die "$1 takes N[,N]..." 2
  local number
  for number in ${2//,/ }; do need_number "$1" "$number" "$3"; done
}

need_command() { # command
  PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null ||
    die "$1 is not installed: run loadtest/bootstrap"
}

# The options that every script has, with their defaults.
rounds=3
seconds=5
warmup=1
threads=''     # Empty: as Rollcall decides by default.
output="$root/build/bench"
data=''        # Empty: as output.

readonly common_usage="\
  --rounds N              runs of each server (default 3)
  --seconds N             length of a run (default 5)
  --warmup N              seconds of load before each run, not measured (default 1; 0: none)
  --threads N             --threads of rollcall, GOMAXPROCS of go (default: none, as a user gets it)
  --output DIR            where the results go (default build/bench)
  --data DIR              where the durable servers write (default: as --output); a disk, since a
                          sync in memory costs nothing
  --help"

# Calls `take_option NAME VALUE`, which the script defines, for options that are not common; it
# returns 1 for an unknown one.
parse_options() { # argument...
  while (($#)); do
    if [[ $1 == --help ]]; then
      usage
      exit 0
    fi
    (($# >= 2)) || die "unknown option or no value: $1 (see --help)" 2
    case $1 in
      --rounds) rounds=$2 ;;
      --seconds) seconds=$2 ;;
      --warmup) warmup=$2 ;;
      --threads) threads=$2 ;;
      --output) output=$2 ;;
      --data) data=$2 ;;
      *) take_option "$1" "$2" || die "unknown option: $1 (see --help)" 2 ;;
    esac
    shift 2
  done
  need_number --rounds "$rounds" 1
  need_number --seconds "$seconds" 1
  need_number --warmup "$warmup" 0
  [[ -z $threads ]] || need_number --threads "$threads" 1
  mkdir -p "$output"
  data=${data:-$output}
}

# Sets the variable of each named program. Builds missing ones in build/release, unless the
# environment names others.
find_programs() { # variable...
  local release="$root/build/release" missing=() variable target default
  for variable in "$@"; do
    case $variable in
      ROLLCALL_PROGRAM) target=rollcall default=rollcall ;;
      BLIND_PROGRAM) target=blind default=loadtest/blind ;;
      BLIND_DURABLE_PROGRAM) target=blind_durable default=loadtest/blind_durable ;;
      BLIND_URING_PROGRAM) target=blind_uring default=loadtest/blind_uring ;;
      BEAST_PROGRAM) target=beast default=loadtest/beast ;;
      HOSTILE_PROGRAM) target=hostile default=loadtest/hostile ;;
      OVERLOAD_PROGRAM) target=overload default=loadtest/overload ;;
      DISK_FAULTS_LIBRARY) target=disk_faults default=tests/libdisk_faults.so ;;
      OPEN_LOOP_PROGRAM) target=open_loop default=loadtest/open_loop ;;
    esac
    if [[ -n ${!variable:-} ]]; then
      [[ -f ${!variable} && -x ${!variable} ]] || die "$variable is not a program: ${!variable}"
      printf -v "$variable" '%s' "$(realpath "${!variable}")"
    else
      printf -v "$variable" '%s' "$release/$default"
      [[ -x ${!variable} ]] || missing+=("$target")
    fi
    export "${variable?}"
  done
  ((${#missing[@]})) || return 0
  printf 'building %s\n' "${missing[*]}"
  (cd "$root" && cmake --preset release && cmake --build "$release" --target "${missing[@]}") \
    >"$output/build.log" 2>&1 || die "cannot build ${missing[*]}: see $output/build.log"
}

# Makes the folder for a run on the disk of $data, and has it removed at the end.
begin_runs() {
  [[ -d $data && -w $data ]] || die "--data is not a writable folder: $data" 2
  # A connection is a descriptor in the load generator and one in the server.
  ulimit -S -n "$(ulimit -H -n)"
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  scratch=$(mktemp -d "$(cd "$data" && pwd)/run.XXXXXX")
  mkdir "$scratch/data"
}

# Besides its connections a program has some files open, fewer than 64.
need_descriptors() { # connections
  local limit
  limit=$(ulimit -S -n)
  [[ $limit == unlimited ]] || (($1 + 64 <= limit)) ||
    die "$1 connections need more than the $limit descriptors that a process may have (ulimit -n)"
}

clear_data() {
  rm -rf "${scratch:?}/data"
  mkdir "$scratch/data"
}

describe_machine() {
  local filesystem
  filesystem=$(df --output=fstype "$scratch" | tail -n 1)
  printf '%s cores, Linux %s, data on %s\n' "$(nproc)" "$(uname -r)" "$filesystem"
  [[ $filesystem != tmpfs ]] || printf '%s: on tmpfs a sync costs nothing\n' "$tool" >&2
}

# How the servers were started, for a sentence of the report.
describe_options() {
  if [[ -n $threads ]]; then printf '`--threads %s`' "$threads"; else printf 'default options'; fi
}
