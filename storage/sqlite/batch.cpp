#include "storage/sqlite/batch.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <string>

#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {
namespace {

/// What SQLite calls back, with its names.
struct Table {
  sqlite3_vtab base;
  const SqliteBatch* batch;
};

struct Cursor {
  sqlite3_vtab_cursor base;
  const WriteOperation* row;
};

const SqliteBatch& batch_of(const sqlite3_vtab_cursor* cursor) noexcept {
  return *reinterpret_cast<const Table*>(cursor->pVtab)->batch;
}

Cursor& to_cursor(sqlite3_vtab_cursor* cursor) noexcept {
  return *reinterpret_cast<Cursor*>(cursor);
}

int connect(sqlite3* database, void* batch, int, const char* const*, sqlite3_vtab** vtab,
            char**) noexcept {
  auto* const made = new (std::nothrow) Table{};
  if (made == nullptr) return SQLITE_NOMEM;
  made->batch = static_cast<const SqliteBatch*>(batch);
  *vtab = &made->base;
  sqlite3_vtab_config(database, SQLITE_VTAB_DIRECTONLY);
  const std::string sql = "CREATE TABLE x (" + user_columns() + ", checksum)";
  return sqlite3_declare_vtab(database, sql.c_str());
}

int disconnect(sqlite3_vtab* vtab) noexcept {
  delete reinterpret_cast<Table*>(vtab);
  return SQLITE_OK;
}

/// There is one way to read it: from the first row to the last.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) noexcept {
  info->estimatedCost = 1;
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) noexcept {
  auto* const made = new (std::nothrow) Cursor{};
  if (made == nullptr) return SQLITE_NOMEM;
  *cursor = &made->base;
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) noexcept {
  delete &to_cursor(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) noexcept {
  to_cursor(cursor).row = batch_of(cursor).first();
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) noexcept {
  Cursor& at = to_cursor(cursor);
  at.row = batch_of(cursor).next(at.row);
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* cursor) noexcept {
  return to_cursor(cursor).row == batch_of(cursor).end() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) noexcept {
  const WriteOperation& row = *to_cursor(cursor).row;
  if (number == 0) {
    sqlite3_result_int64(context, static_cast<sqlite3_int64>(row.id));
    return SQLITE_OK;
  }
  if (number > static_cast<int>(member_count)) {
    sqlite3_result_int(context, row_checksum(row.id, row.user));
    return SQLITE_OK;
  }
  const std::string_view text = row.user[static_cast<std::size_t>(number - 1)];
  // It stays in its place until the whole batch is committed.
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) noexcept {
  *id = static_cast<sqlite3_int64>(to_cursor(cursor).row->id);
  return SQLITE_OK;
}

/// Without xCreate: the table is there on every connection that knows the module, and in no file.
sqlite3_module make_module() noexcept {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xDisconnect = disconnect;
  module.xBestIndex = best_index;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = eof;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

}  // namespace

int SqliteBatch::prepare(sqlite3* database) noexcept {
  static const sqlite3_module module = make_module();
  database_ = database;
  int code = sqlite3_create_module(database, table, &module, this);
  if (code == SQLITE_OK) insert_ = SqliteStatement(database, insert_users_sql(table).c_str(), code);
  if (code == SQLITE_OK) append_ = SqliteStatement(database, append_users_sql(table).c_str(), code);
  if (code != SQLITE_OK) return code;
  SqliteStatement largest(database, "SELECT max(id) FROM users", code);
  if (code != SQLITE_OK) return code;
  code = largest.step();
  if (code != SQLITE_ROW) return code;
  highest_ = static_cast<UserId>(largest.integer(0));
  highest_is_there_ = true;
  return SQLITE_OK;
}

void SqliteBatch::finalize() noexcept {
  insert_ = SqliteStatement();
  append_ = SqliteStatement();
}

void SqliteBatch::take(const WriteOperation* first) noexcept {
  first_ = first;
  end_ = first;
  while (end_ != nullptr &&
         (end_->status != Status::ok || end_->verb == WriteOperation::Verb::create)) {
    end_ = end_->next;
  }
}

int SqliteBatch::insert(const WriteOperation* first) noexcept {
  take(first);
  UserId last = first_->id;
  UserId largest = last;
  bool follows = highest_is_there_ && last == highest_ + 1;
  for (const WriteOperation* row = next(first_); row != end_; row = next(row)) {
    follows = follows && row->id == last + 1;
    last = row->id;
    largest = std::max(largest, last);
  }
  const int code = (follows ? append_ : insert_).run();
  if (code != SQLITE_OK) return code;
  // If the last row has the id that it should have, all before it have theirs.
  if (follows && sqlite3_last_insert_rowid(database_) != static_cast<sqlite3_int64>(last)) {
    return SQLITE_CONSTRAINT_ROWID;
  }
  // In any order: an import's are as its file has them.
  highest_is_there_ = largest > highest_ || (highest_is_there_ && largest != highest_);
  highest_ = std::max(highest_, largest);
  return SQLITE_OK;
}

const WriteOperation* SqliteBatch::next(const WriteOperation* row) const noexcept {
  do {
    row = row->next;
  } while (row != end_ && row->status != Status::ok);
  return row;
}

}  // namespace rollcall::storage
