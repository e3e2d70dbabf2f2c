#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "storage/limits.hpp"
#include "storage/local/table_scan.hpp"
#include "storage/mutex.hpp"
#include "storage/store.hpp"

namespace rollcall::storage {

/// The finds and listings of one session over a table in memory. A listing that one slice does not
/// complete goes on in work(), max_scans of them in turn; the others wait for their turn. One
/// that is deferred goes on when no other can. One thread.
class Scans {
 public:
  /// Whoever holds `changes` keeps others from replacing and removing users.
  Scans(Table& table, Mutex& changes, SessionOwner& owner,
        EmailMatch emails = EmailMatch::exact) noexcept
      : table_(table), changes_(changes), owner_(owner), emails_(emails) {}

  void find(FindOperation& operation) noexcept;
  void list(ListOperation& operation) noexcept;
  void export_next(ExportOperation& operation) noexcept;
  /// One slice of one listing. True if there is more to do.
  bool work() noexcept;

 private:
  bool begin(ListOperation& operation);
  void begin_next() noexcept;
  void give_up(ListOperation& operation) noexcept;
  void read_piece(ExportOperation& operation);
  void drop_cancelled() noexcept;
  void give_way() noexcept;

  Table& table_;
  Mutex& changes_;
  SessionOwner& owner_;
  const EmailMatch emails_;
  std::deque<std::unique_ptr<TableScan>> running_;
  std::deque<ListOperation*> waiting_;
};

}  // namespace rollcall::storage
