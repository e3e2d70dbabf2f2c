#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "tests/disk/model.hpp"

namespace rollcall::tests::disk {

/// One program's reading transaction.
class Reader {
 public:
  explicit Reader(const std::string& path) {
    sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr);
    run("BEGIN");
    users_ = integer("SELECT count(*) FROM users");
    largest_ = integer("SELECT coalesce(max(id), 0) FROM users");
  }
  ~Reader() { sqlite3_close(database_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// False if it sees anything else, or nothing.
  bool sees(const Model& model) const {
    const storage::UserId largest = model.users.empty() ? 0 : model.users.rbegin()->first;
    return users_ == static_cast<std::int64_t>(model.users.size()) &&
           largest_ == static_cast<std::int64_t>(largest);
  }

 private:
  void run(const char* sql) { sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }
  std::int64_t integer(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    std::int64_t value = -1;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return value;
  }

  sqlite3* database_ = nullptr;
  std::int64_t users_ = -1;
  std::int64_t largest_ = -1;
};

}  // namespace rollcall::tests::disk
