#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "protocol/query_error.hpp"
#include "storage/list.hpp"

namespace rollcall::protocol {

/// Values of `q` in one query. Each is searched for in every user.
inline constexpr std::size_t max_search_values = 8;
/// Values of `id` in one query. All those users come in one page unless the query sets its size.
/// Ids of up to four digits fit that many times into max_target_octets.
inline constexpr std::size_t max_asked_ids = 1'000;
/// Values of all members together in one query, and of the id's comparisons.
inline constexpr std::size_t max_member_values = 64;

/// Makes a filter of the parameters of a query that say which users are meant. A member's name, and
/// `id`, stand for themselves or have an operator behind them, as in json-server: `email_like` or
/// `email:contains`.
class FilterReader {
 public:
  /// Both must outlive it.
  FilterReader(storage::UserFilter& filter, QueryErrors& errors) noexcept
      : filter_(filter), errors_(errors) {}

  /// Takes one parameter, whose value is valid UTF-8. False if it is no filter.
  bool take(const std::string& name, std::string& value);
  /// Users were asked for by id.
  bool asked_for_ids() const noexcept { return asked_ids_ > 0; }

 private:
  enum class Operator : std::uint8_t;
  struct OperatorRow;

  void search(std::string& value);
  void take_id(std::string_view value);
  void take_text(const std::string& name, std::size_t member, std::string_view value);
  void take_any(const std::string& name, std::size_t subject, std::string_view values);
  void compare(const std::string& name, std::size_t subject, const OperatorRow& row,
               std::string& value);
  bool has_room(const std::string& name);

  storage::UserFilter& filter_;
  QueryErrors& errors_;
  std::size_t search_values_ = 0;
  std::size_t member_values_ = 0;
  std::size_t asked_ids_ = 0;
  /// The place in UserFilter::requirements of what one operator asks for of one subject.
  std::map<std::pair<std::size_t, Operator>, std::size_t> places_;
};

}  // namespace rollcall::protocol
