#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/postgres/connection.hpp"

namespace rollcall::storage::postgres {

/// The addresses of names. Each name is looked up on a thread of its own, which is left alone if it
/// hangs: whoever asks does not wait, and one name does not hold up another. Thread-safe.
class Resolver {
 public:
  struct Found {
    std::vector<std::string> addresses;  ///< In digits. What was found last.
    std::string error;                   ///< Why nothing ever was.
  };
  using LookUp = std::function<Found(const std::string& name)>;

  explicit Resolver(LookUp look_up);
  /// What is known of `name`; nothing before the first look-up has ended. What is older than
  /// name_lifetime is looked up anew.
  std::optional<Found> find(const std::string& name, Clock::time_point now);

  /// That of this process, which asks the system.
  static Resolver& of_system();

 private:
  struct State;
  const std::shared_ptr<State> state_;  ///< Shared with look-ups that are under way.
};

}  // namespace rollcall::storage::postgres
