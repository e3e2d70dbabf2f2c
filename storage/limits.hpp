#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every limit of what a user is and of how many writes may wait. Units are in the names.
namespace rollcall::storage {

/// Ids start here and never exceed max_user_id, the largest integer that every JSON reader keeps
/// exact (RFC 8259, section 6).
inline constexpr std::uint64_t min_user_id = 1;
inline constexpr std::uint64_t max_user_id = (std::uint64_t{1} << 53) - 1;

/// A name's limit, counted in Unicode code points; UTF-8 needs at most four octets for each.
inline constexpr std::size_t max_name_code_points = 256;
inline constexpr std::size_t max_name_octets = 4 * max_name_code_points;

/// An address's limit in octets (RFC 5321, section 4.5.3.1.3, less the angle brackets).
inline constexpr std::size_t max_email_octets = 254;

/// An idempotency key, in octets.
inline constexpr std::size_t max_idempotency_key_octets = 255;

/// An idempotency key may live this much longer than it has to: for two roundings to whole seconds
/// and for the time between two looks at the clock.
inline constexpr std::chrono::seconds key_slack{2};
/// Idempotency keys whose time is over that are dropped at one time, beside those that new ones
/// drop.
inline constexpr std::size_t max_keys_a_tick = 4'096;

/// The users of a data file take at least this part of the octets of its pages in memory: the
/// shortest have half as much there as in a row, and pages that rows were removed from may be half
/// empty.
inline constexpr std::uint64_t least_share_in_memory = 4;

/// StoreOptions::max_linger at most.
inline constexpr std::chrono::milliseconds longest_linger{10};

/// Writes that may wait for the disk in one store; one more is answered with Status::queue_full.
inline constexpr std::size_t max_pending_writes = 65'536;

/// Frames in the WAL from which a checkpoint copies it to the data file: 4 MiB, which fits caches
/// and takes milliseconds.
inline constexpr int default_checkpoint_frames = 1'000;

/// Between two looks at what time brings on, such as whether the data file is still there.
inline constexpr std::chrono::milliseconds upkeep_interval{500};

/// Octets of the WAL, of what is not in the data file yet, from which the operator is told: a
/// reader that stays keeps it from being copied.
inline constexpr std::size_t max_wal_octets = 64 * 1'024 * 1'024;
/// What the file of the WAL is cut to when it has become larger and was copied.
inline constexpr std::size_t max_idle_wal_octets = 16 * 1'024 * 1'024;

/// Users that one listing gives.
inline constexpr std::size_t max_listed_users = 1'000;
/// Users that a listing in the order of a member may skip: it keeps the order of so many, and of
/// those it gives.
inline constexpr std::size_t max_sorted_skip = 10'000;
/// Of max_pending_writes, those that may wait when a stream adds its own, shared out evenly among
/// the sessions; at its session's share it waits itself. The rest is for requests that can't.
inline constexpr std::size_t max_pending_stream_writes = max_pending_writes / 2;
/// Listings of one session, of those that take more than a slice, at the same time; one more waits.
inline constexpr std::size_t max_scans = 8;

/// Snapshots of one table at a time; one more is refused.
inline constexpr std::size_t max_snapshots = 8;
/// Octets of users that one snapshot keeps because they changed before they were read.
inline constexpr std::size_t max_snapshot_octets = 64 * 1'024 * 1'024;

}  // namespace rollcall::storage
