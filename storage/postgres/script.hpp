#pragma once

#include <deque>
#include <string>
#include <utility>

#include "storage/postgres/connection.hpp"
#include "storage/postgres/parameters.hpp"

namespace rollcall::storage::postgres {

/// Statements that are one transaction, with their parameters: what is sent stays as it is, so that
/// it can be sent again. Keeps its memory when it is cleared.
class Script {
 public:
  void clear() noexcept {
    steps_used_ = 0;
    arrays_used_ = 0;
    texts_.clear();
  }
  bool empty() const noexcept { return steps_used_ == 0; }
  std::size_t size() const noexcept { return steps_used_; }

  /// A statement, whose parameters are to be added.
  Parameters& add(const Statement& statement) {
    if (steps_used_ == steps_.size()) steps_.emplace_back();
    Step& next = steps_[steps_used_++];
    next.statement = statement;
    next.parameters.clear();
    return next.parameters;
  }
  /// One that is made for this script.
  Parameters& add(std::string sql, Parameters parameters = {}) {
    const std::string& kept = texts_.emplace_back(std::move(sql));
    Parameters& added = add(Statement{"", kept.c_str()});
    added = std::move(parameters);
    return added;
  }
  /// An array that lives as long as the script.
  Array& array(Array::Of of) {
    if (arrays_used_ == arrays_.size()) arrays_.emplace_back(of);
    Array& next = arrays_[arrays_used_++];
    next.clear(of);
    return next;
  }

  /// False if the connection is lost.
  bool send(Connection& connection) const {
    for (std::size_t i = 0; i < steps_used_; ++i) {
      if (!connection.send(steps_[i].statement, steps_[i].parameters)) return false;
    }
    return connection.end_part();
  }

 private:
  struct Step {
    Statement statement{};
    Parameters parameters;
  };
  std::deque<Step> steps_;
  std::size_t steps_used_ = 0;
  std::deque<Array> arrays_;
  std::size_t arrays_used_ = 0;
  std::deque<std::string> texts_;
};

}  // namespace rollcall::storage::postgres
