#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every limit of the shared store. Units are in the names or the types.
namespace rollcall::storage::postgres {

/// How long what is asked for may wait until it is sent to the database, while nothing else is done
/// either; then nothing was done of it.
inline constexpr std::chrono::milliseconds max_wait{5'000};
/// How long a write that was sent may stay without a result; then its outcome is unknown.
inline constexpr std::chrono::milliseconds max_in_flight{10'000};

/// A batch that takes longer means that the database hangs: the instance is not ready.
inline constexpr std::chrono::milliseconds hang_time{2'500};

/// To connect, and at least so long from then on to look at the settings and prepare statements.
inline constexpr std::chrono::milliseconds connect_time{4'000};
inline constexpr std::chrono::milliseconds set_up_time{2'000};
/// How long the first connection is tried for, before the store is not opened.
inline constexpr std::chrono::milliseconds open_time{8'000};
/// Between two attempts to connect that came to nothing: it doubles from the first to the second.
inline constexpr std::chrono::milliseconds min_retry{50};
inline constexpr std::chrono::milliseconds max_retry{250};
/// Until a host that did not answer is tried again, if the others may answer.
inline constexpr std::chrono::milliseconds head_start{500};
/// How long the addresses of a host's name are taken for known.
inline constexpr std::chrono::milliseconds name_lifetime{1'000};
/// Until the next address of a host is tried, if the one before does not answer.
inline constexpr std::chrono::milliseconds address_pause{250};
/// Until a host that failed is tried again, while another one may still answer.
inline constexpr std::chrono::milliseconds probe_pause{50};

/// Writes of one transaction. More of them only wait longer for each other.
inline constexpr std::size_t max_batch = 8'192;
/// A batch of so many writes is not made larger by waiting (Linger): the database takes about as
/// long for its rows as for what each batch costs.
inline constexpr std::size_t small_batch = 64;
/// A batch that took the database less is soon followed by the next anyway.
inline constexpr std::chrono::microseconds slow_batch{300};
/// The longest pause behind a batch is this part of what the batch took.
inline constexpr int linger_share = 2;
/// A pause pays if this part of those who were to join the batch did.
inline constexpr std::size_t least_joining_share = 4;
/// Pauses that are left out, at most, until it is tried again whether one pays.
inline constexpr unsigned max_lingers_left_out = 63;
/// Look-ups by id that are one query.
inline constexpr std::size_t max_finds = 4'096;
/// Look-ups by id that may wait; one more is refused.
inline constexpr std::size_t max_pending_finds = 65'536;
/// Listings that may wait; one more is refused.
inline constexpr std::size_t max_pending_lists = 1'024;
/// Connections for listings, each of which makes one at a time.
inline constexpr std::size_t list_connections = 2;
/// A listing that takes the database longer is given up.
inline constexpr std::chrono::milliseconds max_list_time{15'000};

/// Ids that an instance takes from the database at a time: as many as last about ten seconds.
inline constexpr std::uint64_t min_lease = 1'000;
inline constexpr std::uint64_t max_lease = 1'000'000;

/// A lane whose instance has said nothing for so long may be taken over by another one.
inline constexpr std::chrono::hours lane_lifetime{24};
/// Between two looks at what others have written, and two signs of life.
inline constexpr std::chrono::milliseconds look_interval{1'000};
inline constexpr std::chrono::minutes sign_of_life{10};
/// Idempotency keys whose time is over that are removed at one look.
inline constexpr std::size_t max_keys_a_look = 2'000;

/// Users of one piece of a download.
inline constexpr std::size_t users_a_piece = 1'000;
/// A download that takes longer is cut: what it reads keeps the database from cleaning up.
inline constexpr std::chrono::minutes max_download_time{15};
/// How long the key of an upload stays in flight after the last sign of its instance.
inline constexpr std::chrono::seconds upload_lease{60};

}  // namespace rollcall::storage::postgres
