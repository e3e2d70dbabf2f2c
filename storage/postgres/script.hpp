#pragma once

#include <deque>
#include <string>
#include <utility>

#include "storage/postgres/connection.hpp"
#include "storage/postgres/parameters.hpp"

namespace rollcall::storage::postgres {

/// Statements that are one transaction, with their parameters: what is sent stays as it is, so that
/// it can be sent again.
class Script {
 public:
  void clear() noexcept {
    steps_.clear();
    arrays_.clear();
    texts_.clear();
  }
  bool empty() const noexcept { return steps_.empty(); }
  std::size_t size() const noexcept { return steps_.size(); }

  /// A statement, whose parameters are to be added.
  Parameters& add(const Statement& statement) {
    return steps_.emplace_back(statement, Parameters()).parameters;
  }
  /// One that is made for this script.
  Parameters& add(std::string sql, Parameters parameters = {}) {
    const std::string& kept = texts_.emplace_back(std::move(sql));
    return steps_.emplace_back(Statement{"", kept.c_str()}, std::move(parameters)).parameters;
  }
  /// An array that lives as long as the script.
  Array& array(Array::Of of) { return arrays_.emplace_back(of); }

  /// False if the connection is lost.
  bool send(Connection& connection) const {
    for (const Step& each : steps_) {
      if (!connection.send(each.statement, each.parameters)) return false;
    }
    return connection.end_part();
  }

 private:
  struct Step {
    Step(const Statement& of, Parameters with) : statement(of), parameters(std::move(with)) {}
    Statement statement;
    Parameters parameters;
  };
  std::deque<Step> steps_;
  std::deque<Array> arrays_;
  std::deque<std::string> texts_;
};

}  // namespace rollcall::storage::postgres
