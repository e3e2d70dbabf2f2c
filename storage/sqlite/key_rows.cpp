#include "storage/sqlite/key_rows.hpp"

#include <sqlite3.h>

#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {

int SqliteKeyRows::prepare(sqlite3* database) noexcept {
  int code = SQLITE_OK;
  const auto make = [&](SqliteStatement& statement, const char* sql) {
    if (code == SQLITE_OK) statement = SqliteStatement(database, sql, code);
  };
  make(insert_,
       "INSERT INTO idempotency_keys (number, key, payload, user_id, created_at) "
       "VALUES (?1, ?2, ?3, ?4, ?5)");
  make(insert_answer_, insert_answer_sql().c_str());
  make(insert_run_, "INSERT INTO upload_runs (number, first_line, line_count) VALUES (?1, ?2, ?3)");
  make(delete_keys_, "DELETE FROM idempotency_keys WHERE number BETWEEN 1 AND ?1");
  make(delete_answers_, "DELETE FROM idempotency_answers WHERE number <= ?1");
  make(delete_runs_, "DELETE FROM upload_runs WHERE number <= ?1");
  make(set_time_,
       "INSERT OR REPLACE INTO idempotency_keys (number, key, payload, user_id, created_at) "
       "VALUES (0, '', 0, 0, ?1)");
  return code;
}

int SqliteKeyRows::write(const WriteOperation& operation) noexcept {
  const IdempotencyKey& key = *operation.key;
  const int code = insert(key.number, key.text, key.payload, operation.id, key.created_at);
  if (code != SQLITE_OK || !operation.is_partial()) return code;
  insert_answer_.bind(1, static_cast<std::int64_t>(key.number));
  int parameter = 2;
  for_each_member([&](auto index) { insert_answer_.bind(parameter++, operation.user[index]); });
  return insert_answer_.run();
}

int SqliteKeyRows::write(const KeyChanges& changes) noexcept {
  int code = write_runs(changes.runs);
  if (code == SQLITE_OK) code = forget(changes.forget_through);
  if (code == SQLITE_OK) code = write_time();
  return code;
}

void SqliteKeyRows::committed(const KeyChanges& changes) noexcept {
  time_.reset();
  forgotten_ = changes.forget_through;
}

int SqliteKeyRows::insert(std::uint64_t number, std::string_view text, Version payload, UserId id,
                          std::int64_t created_at) noexcept {
  insert_.bind(1, static_cast<std::int64_t>(number));
  insert_.bind(2, text);
  insert_.bind(3, static_cast<std::int64_t>(payload));
  insert_.bind(4, static_cast<std::int64_t>(id));
  insert_.bind(5, created_at);
  return insert_.run();
}

int SqliteKeyRows::write_runs(std::span<const StoredKey> runs) noexcept {
  for (const StoredKey& each : runs) {
    int code = insert(each.number, each.text, each.payload, each.user_id, each.created_at);
    if (code != SQLITE_OK) return code;
    insert_run_.bind(1, static_cast<std::int64_t>(each.number));
    insert_run_.bind(2, static_cast<std::int64_t>(each.line));
    insert_run_.bind(3, static_cast<std::int64_t>(each.count));
    code = insert_run_.run();
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int SqliteKeyRows::forget(std::uint64_t through) noexcept {
  if (through <= forgotten_) return SQLITE_OK;
  for (SqliteStatement* each : {&delete_keys_, &delete_answers_, &delete_runs_}) {
    each->bind(1, static_cast<std::int64_t>(through));
    if (const int code = each->run(); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int SqliteKeyRows::write_time() noexcept {
  if (!time_) return SQLITE_OK;
  set_time_.bind(1, *time_);
  return set_time_.run();
}

}  // namespace rollcall::storage
