#pragma once

#include "storage/local/journal.hpp"
#include "storage/local/table.hpp"

namespace rollcall::storage {

/// Loads a journal's users into a table, which must outlive it. Thread-safe.
class TableSink final : public UserSink {
 public:
  explicit TableSink(Table& table) noexcept : table_(table) {}
  bool take(UserId id, const UserView& user) noexcept override { return table_.insert(id, user); }

 private:
  Table& table_;
};

}  // namespace rollcall::storage
