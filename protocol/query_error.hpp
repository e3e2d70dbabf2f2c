#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::protocol {

/// Octets of a parameter's name that an error repeats at most.
inline constexpr std::size_t max_echoed_octets = 64;
/// Bad parameters that one answer lists at most.
inline constexpr std::size_t max_query_errors = 16;
/// Octets of an error's detail.
inline constexpr std::size_t max_query_detail_octets = 200;

/// A bad parameter and what to send instead.
struct QueryError {
  std::string parameter;    ///< Decoded, valid UTF-8, cut at max_echoed_octets.
  std::string_view detail;  ///< A constant of at most max_query_detail_octets.
};

/// The errors of one query, up to max_query_errors: those beyond are dropped.
class QueryErrors {
 public:
  /// `name` is decoded, and may be anything.
  void add(std::string_view name, std::string_view detail);
  bool empty() const noexcept { return errors_.empty(); }
  std::vector<QueryError> take() noexcept { return std::move(errors_); }

 private:
  std::vector<QueryError> errors_;
};

}  // namespace rollcall::protocol
