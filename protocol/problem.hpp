#pragma once

#include <cstddef>
#include <cstdint>

namespace rollcall::protocol {

/// Every error that an answer can report, in the order of the table in problem.cpp.
enum class Problem : std::uint8_t {
  malformed_request,
  bad_target,
  bad_host,
  bad_condition,
  bad_query,
  partial_put,
  bad_key,
  key_reused,
  key_in_flight,
  ambiguous_framing,
  unknown_transfer_coding,
  header_too_large,
  target_too_long,
  body_too_large,
  line_too_long,
  chunk_overhead_too_large,
  request_timeout,
  line_timeout,
  too_many_results,
  uploads_full,
  incomplete_upload,
  unsupported_version,
  expectation_failed,
  not_json,
  not_an_object,
  duplicate_member,
  invalid_user,
  email_taken,
  not_found,
  user_not_found,
  condition_failed,
  altered_tag,
  not_acceptable,
  method_not_allowed,
  unknown_method,
  miscased_method,
  unsupported_media_type,
  unsupported_coding,
  storage_full,
  storage_error,
  storage_faulted,
  storage_busy,
  storage_changed,
  storage_replaced,
  out_of_memory,
  overloaded,
  came_too_late,
  memory_full,
  database_unavailable,
  outcome_unknown,
  ids_exhausted,
  too_many_listings,
  storage_hung,
  starting,
  draining,
  stopping,
  too_many_connections,
};

inline constexpr std::size_t problem_count =
    static_cast<std::size_t>(Problem::too_many_connections) + 1;

/// One row of the table of error answers (RFC 9457). All texts are ASCII constants that need no
/// escaping in JSON or in a field: no row repeats what the client sent.
struct ProblemRow {
  Problem problem;
  unsigned status;
  const char* reason;  ///< The status line's reason phrase.
  const char* type;    ///< "about:blank" if the status code says it all (RFC 9457, 4.2.1).
  const char* title;   ///< One for each type (RFC 9457, 3.1.3); for "about:blank" the reason.
  const char* detail;  ///< What to do next.
  bool close;          ///< The connection can't be used afterwards.
  unsigned retry_after_seconds;  ///< 0: no Retry-After.
};

/// The row of `problem`, which must be one of the enumerators. Any thread.
const ProblemRow& row(Problem problem) noexcept;

}  // namespace rollcall::protocol
