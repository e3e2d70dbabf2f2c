#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/local/table.hpp"
#include "storage/offline_backend.hpp"
#include "storage/offline_store.hpp"
#include "storage/sqlite/journal.hpp"

namespace rollcall::storage {

/// A file of `sqlite:` that this process has for itself, and its users in memory.
class OfflineFile final : public OfflineBackend {
 public:
  /// As OfflineStore's constructor.
  OfflineFile(const std::string& path, OfflineStore::Missing missing, const LoadProgress& progress,
              Events& events);

  const std::optional<OpenFailure>& unwritable() const noexcept override { return unwritable_; }
  UserId last_id() const noexcept override { return last_id_; }
  bool contains(UserId id) noexcept override;
  Status create(const UserList& users) override;
  Status raise_last_id(UserId id) override;
  const std::string& last_error() const noexcept override { return journal_->last_error(); }
  const UserList& list_after(UserId after) override;
  bool close(std::string& error) noexcept override { return !journal_ || journal_->close(error); }

 private:
  void read_only(const std::string& path, const LoadProgress& progress);

  std::unique_ptr<Table> table_ = std::make_unique<Table>();
  std::unique_ptr<SqliteJournal> journal_;
  std::optional<OpenFailure> unwritable_;
  UserId last_id_ = 0;
  std::vector<WriteOperation> operations_;
  ListOperation listing_;
};

}  // namespace rollcall::storage
