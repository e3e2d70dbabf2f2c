#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string_view>

#include "storage/local/known_keys.hpp"
#include "tests/storage/recording_events.hpp"

namespace rollcall::storage {

inline std::int64_t start() { return 1'000; }

inline const UserView meere{"Meere", "John", "johnm@gmail.com"};

/// Keys that live for 10 seconds.
struct Keys {
  explicit Keys(std::size_t most = 100) : known({std::chrono::seconds(10), most, start}, events) {
    pass(0);
  }
  /// `seconds` pass. What the system's clock says plays no part.
  bool pass(std::int64_t seconds) {
    monotonic += std::chrono::seconds(seconds);
    return known.tick(monotonic);
  }

  Status look_up(std::string_view text, const UserView& user = meere) {
    operation = {};
    operation.user = user;
    return look_up_operation(text);
  }
  /// A replacement of the address of user `id`.
  Status look_up_patch(std::string_view text, UserId id) {
    operation = {};
    operation.verb = WriteOperation::Verb::replace;
    operation.members = set_of(Member::email);
    operation.id = id;
    operation.user.email = "new@b.c";
    operation.merged = &whole;
    return look_up_operation(text);
  }
  /// A creation with this key, kept at once.
  void create(std::string_view text, UserId id) {
    BOOST_TEST((look_up(text) == Status::ok));
    operation.id = id;
    known.add(operation);
    known.keep();
  }

  KeyClock::Monotonic::time_point monotonic{std::chrono::hours(1)};
  RecordingEvents events;
  KnownKeys known;
  IdempotencyKey key;
  UserRecord whole;
  WriteOperation operation;

 private:
  Status look_up_operation(std::string_view text) {
    key = {};
    key.text = text;
    operation.key = &key;
    return known.look_up(operation);
  }
};

}  // namespace rollcall::storage
