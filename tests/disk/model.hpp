#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.hpp"

/// What a store must hold, kept in the simplest way.
namespace rollcall::tests::disk {

struct User {
  std::string last_name;
  std::string first_name;
  std::string email;

  storage::UserView view() const noexcept { return {last_name, first_name, email}; }
  friend bool operator==(const User&, const User&) = default;
};

/// A write as a test asks for it.
struct Write {
  storage::WriteOperation::Verb verb = storage::WriteOperation::Verb::create;
  storage::UserId id = 0;  ///< Of a replacement or removal.
  User user;
  std::string key;         ///< Of a creation; empty is none.
  std::uint64_t line = 0;  ///< Of a creation: of the upload that has the key; 0 is none.
};

struct Model {
  struct Keyed {
    User user;
    storage::UserId id;
  };

  std::map<storage::UserId, User> users;
  std::map<std::string, Keyed> keys;
  std::map<std::string, std::map<std::uint64_t, storage::UserId>> uploads;  ///< Their lines.
  storage::UserId largest = 0;  ///< The largest id ever acknowledged.

  /// The effect of a batch, all of whose writes can be done.
  void apply(const std::vector<Write>& batch);
  /// The first difference, or nothing.
  std::optional<std::string> difference(storage::Store& store) const;
};

/// Has `store` do the batch in one turn; how it ended: ok only if every write is. Ids are checked
/// against those that `before` says must be given; `problem` gets what is wrong. Lines of uploads
/// all have one key; it is opened before and closed with them.
storage::Status write_batch(storage::Store& store, const std::vector<Write>& batch,
                            const Model& before, std::string& problem);

/// What `store` knows of the upload with `key` must be what `model` has; `problem` gets what is
/// not. How the opening ended.
storage::Status check_upload(storage::Store& store, const std::string& key, const Model& model,
                             std::string& problem);

}  // namespace rollcall::tests::disk
