#pragma once

#include <chrono>
#include <cstddef>

/// Limits of what is accepted, and how fast.
namespace rollcall::server {

/// The kernel's queue of connections not accepted yet.
inline constexpr int listen_backlog = 4'096;
/// Of these, what one look takes or drops, and so many while a thread can't keep up.
inline constexpr std::size_t max_accepts_a_look = 256;
inline constexpr std::size_t late_accepts_a_look = 32;
/// Connections that a thread has not taken over yet: as many as it reads and answers in this part
/// of `--max-queue-delay` (if its commits take longer, in the time of one, up to late_share of the
/// delay), but at least so many, and no more than that. A pause follows.
inline constexpr int handed_over_share = 20;
inline constexpr std::size_t min_handed_over = 64;
inline constexpr std::size_t max_handed_over = 1'024;
inline constexpr std::chrono::milliseconds handed_over_pause{1};
/// A thread whose lag (TurnLag) exceeds this part of `--max-queue-delay` gets only a few a look,
/// and with twice that lag one, so that probes come in; a pause follows.
inline constexpr int late_share = 4;
inline constexpr std::size_t late_accepts = 4;
inline constexpr std::size_t very_late_accepts = 1;
inline constexpr std::chrono::milliseconds late_accept_pause{10}, max_look_gap{20};
/// Up to so many connections in one turn are not what makes it long.
inline constexpr std::size_t min_crowd = 256;
/// A turn with so many tells what each of them takes.
inline constexpr std::size_t min_timed_connections = 32;

}  // namespace rollcall::server
