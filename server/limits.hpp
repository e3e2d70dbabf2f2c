#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "protocol/limits.hpp"

/// Every limit of connections and threads. Units are in the names or the types.
namespace rollcall::server {

/// Creates of one connection that may be in flight; at the limit its socket is not read.
inline constexpr std::size_t max_pipelined_requests = 128;
/// Lines of a stream of users that may be in flight; at the limit its socket is not read.
inline constexpr std::size_t max_lines_in_flight = 1'024;
/// Octets of a stream that are read before that is looked at again: some 1,400 lines at most.
inline constexpr std::size_t upload_piece_octets = 4 * 1'024;
/// Octets of answers to lines that a client need not have read while it sends: those to a million
/// users. At the limit its socket is not read.
inline constexpr std::size_t max_unread_line_octets = 16 * 1'024 * 1'024;
/// Runs of lines (UploadResults) of one upload that are remembered until its answer begins; at the
/// limit it is read no further (413). Those of what is in flight by then come on top.
inline constexpr std::size_t max_upload_runs = 256 * 1'024;
/// Octets of them of all uploads of one thread; at the limit an upload that has more than
/// small_upload_result_octets is read no further (503).
inline constexpr std::size_t max_upload_result_octets = 64 * 1'024 * 1'024;
inline constexpr std::size_t small_upload_result_octets = 4 * 1'024;
/// Octets of the answer to an upload that are written at a time, about.
inline constexpr std::size_t upload_answer_piece_octets = 32 * 1'024;
/// Octets of answers that one connection may owe; at the limit its socket is not read. The answers
/// to what is in flight by then (max_pipelined_requests, at most 15 KiB each) come on top.
inline constexpr std::size_t max_unsent_octets = 64 * 1'024;
/// What one recv() may bring. A thread has one buffer of this size for all its connections.
inline constexpr std::size_t receive_octets = 32 * 1'024;
/// Reads from one connection in one turn, before the others get theirs.
inline constexpr int max_reads_a_turn = 4;
/// Sockets handled in one turn of the loop, and so about the largest batch of one thread.
inline constexpr int max_ready_a_turn = 512;
/// Times that one turn looks for ready sockets: until there is none, but the answers must go out.
inline constexpr int max_polls_a_turn = 8;
/// Listings of one thread that may be under way; one more is answered with 503.
inline constexpr std::size_t max_listings = 1'024;
/// Octets of answers, whatever they answer, that the clients of one thread have not read yet;
/// beyond it the connection that holds the most is cut.
inline constexpr std::size_t max_unread_octets = 80 * 1'024 * 1'024;
/// Of these, as far as connections may bring them that hold more than max_unsent_octets each;
/// beyond it they wait. The rest is for small answers.
inline constexpr std::size_t max_large_unread_octets = 64 * 1'024 * 1'024;
/// So long a connection that waits to write lets a larger one be whose client reads nothing.
inline constexpr std::chrono::milliseconds max_unread_wait{2'000};
/// Runs of answers (AnswerHooks) that one turn gathers before it counts them.
inline constexpr std::size_t max_answer_runs = 64;
/// Turns, and time, before the io_context looks at its own work (new connections, ticks).
inline constexpr int max_turns_a_wakeup = 16;
inline constexpr std::chrono::milliseconds max_wakeup_time{5};
/// Octets of a buffer that is worth keeping for reuse.
inline constexpr std::size_t max_pooled_octets = 64 * 1'024;
/// Buffers of each kind that a thread keeps for reuse.
inline constexpr std::size_t max_pooled = 1'024;
/// Of these, what a peak leaves in the end: at each tick an eighth of the others goes.
inline constexpr std::size_t min_pooled = 32;
/// Octets of answers that the kernel takes for one connection ahead of what it can send.
inline constexpr int max_kernel_unsent_octets = 128 * 1'024;
/// Threads that `--threads` takes.
inline constexpr unsigned min_io_threads = 1;
inline constexpr unsigned max_io_threads = 64;
/// How often it is looked at how many of them should work (ThreadBalance).
inline constexpr std::chrono::milliseconds balance_interval{250};
/// One more is to work if those that do use more than this of a processor each, and the machine
/// leaves this much of its processors unused, in as many looks in a row.
inline constexpr double full_share = 0.85;
inline constexpr double least_idle_processors = 0.5;
inline constexpr unsigned looks_to_grow = 2;
/// One less if the others would then use less than this of a processor each.
inline constexpr double empty_share = 0.5;
inline constexpr unsigned looks_to_shrink = 8;
/// A smaller difference between two threads is left as it is.
inline constexpr std::size_t min_moved_connections = 8;

/// Connections that may be open: what `--max-connections` takes, and what it is without it.
inline constexpr std::size_t min_connections = 1;
inline constexpr std::size_t max_connections = 1'000'000;
inline constexpr std::size_t default_connections = 16'384;
/// Connections beyond those, which have found none idle that makes room for them, whose first
/// request is answered (503); at this limit one more is closed without a word.
inline constexpr std::size_t max_turned_away = 256;
/// Idle connections that a thread remembers from one look at all of them, and how long it does not
/// look again when it has found none.
inline constexpr std::size_t max_idle_remembered = 256;
inline constexpr std::chrono::milliseconds idle_look_pause{5};
/// Descriptors that the process has besides: for the store, its standard streams and its own loop,
/// with some to spare; and for each I/O thread.
inline constexpr std::size_t own_descriptors = 23;
inline constexpr std::size_t thread_descriptors = 4;
/// With fewer for each of them there are fewer I/O threads than asked for.
inline constexpr std::size_t min_descriptors_a_thread = 64;
/// One in so many of the descriptors left is for those turned away, up to max_turned_away.
inline constexpr std::size_t turned_away_share = 8;
/// How long writes may wait for the store (`--max-queue-delay`; 0 is any time), and by default.
inline constexpr std::chrono::milliseconds max_queue_delay{60'000};
inline constexpr std::chrono::milliseconds default_queue_delay{100};
/// Writes of one thread that may wait before it is known how many the store completes in that time.
inline constexpr std::size_t first_admitted_writes = 4'096;
/// Batches of at least so many writes correct that: to so many times what they show.
inline constexpr std::size_t telling_writes = 16;
inline constexpr std::size_t guess_factor = 4;
/// Those that always may: fewer in one commit would make each of them dearer.
inline constexpr std::size_t min_admitted_writes = 256;
/// Writes that took so many times as long as they may are no mere pause of the disk. A connection
/// that has waited for so long to be accepted is dropped.
inline constexpr int sudden_lateness = 4;
/// From when writes were last late, or refused, until there is no overload any more.
inline constexpr std::chrono::milliseconds overload_memory{10'000};
/// Octets of memory that `--max-memory` takes.
inline constexpr std::uint64_t min_max_memory = std::uint64_t{16} << 20;
inline constexpr std::uint64_t max_max_memory = std::uint64_t{1} << 50;
/// Without it: percent of what the control group may have.
inline constexpr std::uint64_t memory_percent = 90;
/// The load may have one part in so many more, so that a server that was full starts again.
inline constexpr std::uint64_t load_memory_share = 16;
/// A write that has waited longer for the store, or an I/O thread that has not turned for longer,
/// means that the store hangs: `/readyz` is 503.
inline constexpr std::chrono::milliseconds store_hung_time{3'000};
/// An I/O thread that has not turned for longer gets no new connection while another one has.
inline constexpr std::chrono::milliseconds stuck_time{1'000};
/// How often that is looked at.
inline constexpr std::chrono::milliseconds health_interval{250};
/// Between two lines of log that say the same.
inline constexpr std::chrono::seconds notice_interval{10};

/// Sockets that whoever starts the program may open for it.
inline constexpr std::size_t max_given_sockets = 64;
/// Octets of the path of a Unix domain socket (unix(7): sun_path, without its end).
inline constexpr std::size_t max_socket_path_octets = 107;
/// Permission bits that `--socket-mode` takes, and those without it.
inline constexpr unsigned max_socket_mode = 0777;
inline constexpr unsigned default_socket_mode = 0660;
/// How often the service manager is told of the load, and how long the load may then still take.
inline constexpr std::chrono::milliseconds progress_interval{1'000};
inline constexpr std::chrono::milliseconds load_patience{120'000};
/// What the options for idempotency keys take.
inline constexpr std::size_t max_key_lifetime_seconds = 31'536'000;
inline constexpr std::size_t max_keys = 100'000'000;

/// How long a peer may take, by what the connection waits for.
struct Timeouts {
  std::chrono::milliseconds header{10'000};  ///< From a request's first octet (408).
  std::chrono::milliseconds body{30'000};    ///< From the end of the header (408).
  std::chrono::milliseconds write{30'000};   ///< For a peer that reads nothing (close).
  std::chrono::milliseconds idle{75'000};    ///< Between requests (close).
  std::chrono::milliseconds linger{2'000};   ///< For a peer to see the last answer (close).
};
/// What the options for Timeouts take.
inline constexpr std::chrono::milliseconds min_timeout{100};
inline constexpr std::chrono::milliseconds max_timeout{86'400'000};
/// How often deadlines are looked at: a timeout is exact to this.
inline constexpr std::chrono::milliseconds tick{250};
/// From SIGTERM until the server stops: what `--drain-delay` takes, and what it is without it.
inline constexpr std::chrono::milliseconds max_drain_delay{300'000};
inline constexpr std::chrono::milliseconds default_drain_delay{1'000};
/// How long a connection that has brought no request yet is kept in a stop: its first one may be
/// under way.
inline constexpr std::chrono::milliseconds first_request_time{1'000};
/// From a signal that ends the server until the same one counts as the second, which ends it at
/// once: who passes a signal on may reach a program in two ways (timeout(1), to it and to its
/// group).
inline constexpr std::chrono::milliseconds same_signal_time{100};
/// From a stop until a stream of users is read no more: a short one is whole by then.
inline constexpr std::chrono::milliseconds stop_stream_time{4'000};
/// From a stop until what waits for a database is given up: the answers still have to be sent.
inline constexpr std::chrono::milliseconds stop_database_time{6'000};
/// From a stop until connections that still send or read are cut.
inline constexpr std::chrono::milliseconds stop_deadline{8'000};
/// From a stop until the process ends even if the disk hangs.
inline constexpr std::chrono::seconds stop_limit{10};
/// Connections of the admin listener, and of the agent's; one more is closed at once.
inline constexpr std::size_t max_admin_connections = 32;
/// Octets of a field of a request there, with the end of the header, and of its body.
inline constexpr std::size_t max_admin_request_octets = 8 * 1'024;
/// For a request there to come, and for its answer to be read. Longer than the usual time between
/// two scrapes, which come on one connection.
inline constexpr std::chrono::milliseconds admin_timeout{75'000};
/// Octets of a message of the log; the rest is cut.
inline constexpr std::size_t max_log_message_octets = 2'048;
/// Messages that may wait until the log is written; then the oldest is dropped.
inline constexpr std::size_t max_log_messages = 1'024;
/// How long the end of the program waits for who reads the log.
inline constexpr std::chrono::milliseconds log_flush_time{1'000};
/// For an agent check to read its line and close its connection.
inline constexpr std::chrono::milliseconds agent_timeout{2'000};
/// Responses of one I/O thread that may wait to be written to the access log, a power of two; one
/// more is dropped.
inline constexpr std::size_t max_access_records = 8'192;
/// How often they are written.
inline constexpr std::chrono::milliseconds access_log_interval{20};
/// What `--access-log sampled:N` takes.
inline constexpr std::size_t max_access_sample = 1'000'000;
/// How long a connection may take to send its PROXY header.
inline constexpr std::chrono::milliseconds proxy_header_time{3'000};
/// No accept for this long when the process has no descriptor left.
inline constexpr std::chrono::milliseconds accept_pause{100};

static_assert(max_unread_line_octets <= max_large_unread_octets &&
              max_large_unread_octets < max_unread_octets);
static_assert(receive_octets > protocol::max_unparsed_octets,
              "a full buffer must always let the parser go on or give up");

}  // namespace rollcall::server
