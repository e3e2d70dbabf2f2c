#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "storage/list.hpp"
#include "storage/status.hpp"

namespace rollcall::server {

/// Users who are to be created in one transaction, and the places of the file that they come from.
class ImportBatch {
 public:
  using Create = std::function<storage::Status(const storage::UserList&)>;
  /// A user whose address another one has.
  using Refuse = std::function<void(std::uint64_t place, storage::UserId)>;

  void add(storage::UserId id, const storage::UserView& user, std::uint64_t place);
  std::size_t size() const noexcept { return users_.size(); }
  bool contains(storage::UserId id) const noexcept { return ids_.contains(id); }

  /// Creates them all with one `create`. If that is Status::email_taken, it creates one half after
  /// the other instead, until only those are left out whose address is taken: these it refuses.
  /// Afterwards the batch is empty. Returns the first other status of `create` that is not ok, or
  /// ok. Adds to `created` how many were.
  storage::Status create(const Create& create, const Refuse& refuse, std::uint64_t& created);

 private:
  storage::Status create_part(std::size_t first, std::size_t count, const Create& create,
                              const Refuse& refuse, std::uint64_t& created) const;

  storage::UserList users_;
  std::vector<std::uint64_t> places_;
  std::unordered_set<storage::UserId> ids_;
};

}  // namespace rollcall::server
