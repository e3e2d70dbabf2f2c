#include "storage/sqlite/schema.hpp"

#include "storage/member.hpp"

namespace rollcall::storage {
namespace {

constexpr const char* keys_table =
    "CREATE TABLE idempotency_keys (\n"
    "  number INTEGER PRIMARY KEY,\n"
    "  key TEXT NOT NULL,\n"
    "  payload INTEGER NOT NULL,\n"
    "  user_id INTEGER NOT NULL,\n"
    "  created_at INTEGER NOT NULL\n"
    ") STRICT";

/// Few keys have a row in it: those of uploads, one for each run of lines. The key itself has the
/// digest of the lines and the first id.
constexpr const char* runs_table =
    "CREATE TABLE upload_runs (\n"
    "  number INTEGER PRIMARY KEY,\n"
    "  first_line INTEGER NOT NULL,\n"
    "  line_count INTEGER NOT NULL\n"
    ") STRICT";

/// A table with the columns of the members behind the one that is its key, and then what `more`
/// says.
std::string table_of_members(const char* name, const char* id, const char* more) {
  std::string sql = std::string("CREATE TABLE ") + name + " (\n  " + id + " INTEGER PRIMARY KEY";
  for (const MemberRow& each : user_members) {
    sql.append(",\n  ").append(each.column).append(" TEXT NOT NULL");
  }
  return sql + "\n" + more + ") STRICT";
}

/// As ALTER TABLE appends it to a table that has no such column yet.
constexpr const char* checksum_column = ", checksum INTEGER";

/// "new.id, new.last_name, ..." for the prefix "new.".
std::string prefixed_columns(const std::string& prefix) {
  std::string columns = prefix + "id";
  for (const MemberRow& each : user_members) columns.append(", " + prefix).append(each.column);
  return columns;
}

/// Whoever changes a user without knowing of the checksum leaves a row without one.
std::string checksum_trigger() {
  return "CREATE TRIGGER users_update_checksum AFTER UPDATE OF " + user_columns() +
         " ON users\n"
         "WHEN new.checksum IS old.checksum AND\n"
         "  (" +
         prefixed_columns("new.") +
         ") IS NOT\n"
         "  (" +
         prefixed_columns("old.") +
         ") BEGIN\n"
         "  UPDATE users SET checksum = NULL WHERE id = new.id;\n"
         "END";
}

/// Few keys have a row in it: those whose request does not have all that its answer has.
std::string answers_table() { return table_of_members("idempotency_answers", "number", ""); }

}  // namespace

/// A create pays nothing for the high-water mark: while its user is there, the largest id shows it.
/// The triggers keep it when the user goes, whoever deletes it.
std::vector<SchemaRow> schema_rows(std::int64_t version) {
  std::vector<SchemaRow> rows{
      {"users", table_of_members("users", "id", version >= 4 ? checksum_column : "")},
      {"high_water", "CREATE TABLE high_water (id INTEGER NOT NULL) STRICT"},
      {"users_delete",
       "CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN\n"
       "  UPDATE high_water SET id = max(id, old.id);\n"
       "END"},
      {"users_update_id",
       "CREATE TRIGGER users_update_id AFTER UPDATE OF id ON users BEGIN\n"
       "  UPDATE high_water SET id = max(id, old.id);\n"
       "END"},
  };
  const auto add = [&rows](const char* name, std::string_view sql) {
    rows.emplace_back().name = name;
    rows.back().sql = sql;
  };
  if (version >= 2) add("idempotency_keys", keys_table);
  if (version >= 3) add("idempotency_answers", answers_table());
  if (version >= 4) add("users_update_checksum", checksum_trigger());
  if (version >= 5) add("upload_runs", runs_table);
  return rows;
}

std::string upgrade_sql(std::int64_t version) {
  std::string sql = "PRAGMA user_version = " + std::to_string(schema_version) + ";";
  if (version < 2) sql.append(keys_table).append(";");
  if (version < 3) sql.append(answers_table()).append(";");
  if (version < 4) {
    sql.append("ALTER TABLE users ADD COLUMN checksum INTEGER;");
    sql.append(checksum_trigger()).append(";");
  }
  if (version < 5) sql.append(runs_table).append(";");
  return sql;
}

std::string user_columns() { return prefixed_columns(""); }

namespace {

/// Inserts the columns of `source` into users.
std::string copy_columns_sql(const std::string& columns, const char* source) {
  // OR FAIL: a batch that fails is rolled back as a whole, so SQLite need not be able to undo this
  // statement alone.
  return "INSERT OR FAIL INTO users (" + columns + ") SELECT " + columns + " FROM " + source;
}

}  // namespace

std::string insert_users_sql(const char* source) {
  return copy_columns_sql(user_columns() + ", checksum", source);
}

std::string append_users_sql(const char* source) {
  std::string columns;
  for (const MemberRow& each : user_members) columns.append(each.column).append(", ");
  return copy_columns_sql(columns + "checksum", source);
}

std::string update_user_sql() {
  std::string sql = "UPDATE users SET ";
  for (std::size_t i = 0; i < member_count; ++i) {
    sql.append(i == 0 ? "" : ", ").append(user_members[i].column);
    sql.append(" = ?").append(std::to_string(i + 2));
  }
  return sql + ", checksum = ?" + std::to_string(member_count + 2) + " WHERE id = ?1";
}

std::string insert_answer_sql() {
  std::string sql = "INSERT INTO idempotency_answers VALUES (?1";
  for (std::size_t i = 0; i < member_count; ++i) sql.append(", ?").append(std::to_string(i + 2));
  return sql + ")";
}

std::string load_keys_sql(std::int64_t version) {
  std::string columns = "SELECT k.number, k.key, k.payload, k.user_id, k.created_at";
  std::string tables = " FROM idempotency_keys k";
  if (version >= 5) {
    columns += ", r.first_line, r.line_count";
    tables += " LEFT JOIN upload_runs r ON r.number = k.number";
  } else {
    columns += ", NULL, NULL";
  }
  if (version >= 3) {
    columns += ", a.*";
    tables += " LEFT JOIN idempotency_answers a ON a.number = k.number";
  } else {
    columns += ", NULL";
  }
  return columns + tables + " ORDER BY k.number";
}

std::string load_users_sql(const char* taker, std::int64_t version) {
  return std::string("SELECT ") + taker + "(" + user_columns() +
         (version >= 4 ? ", checksum" : ", NULL") + ") FROM users WHERE id BETWEEN ?1 AND ?2";
}

}  // namespace rollcall::storage
