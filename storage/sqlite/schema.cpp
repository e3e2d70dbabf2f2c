#include "storage/sqlite/schema.hpp"

#include "storage/member.hpp"

namespace rollcall::storage {
namespace {

std::string users_table() {
  std::string sql = "CREATE TABLE users (\n  id INTEGER PRIMARY KEY";
  for (const MemberRow& each : user_members) {
    sql.append(",\n  ").append(each.column).append(" TEXT NOT NULL");
  }
  return sql + "\n) STRICT";
}

/// A create pays nothing for the high-water mark: while its user is there, the largest id shows it.
/// The triggers keep it when the user goes, whoever deletes it.
std::vector<SchemaRow> make_rows() {
  return {
      {1, "users", users_table()},
      {1, "high_water", "CREATE TABLE high_water (id INTEGER NOT NULL) STRICT"},
      {1, "users_delete",
       "CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN\n"
       "  UPDATE high_water SET id = max(id, old.id);\n"
       "END"},
      {1, "users_update_id",
       "CREATE TRIGGER users_update_id AFTER UPDATE OF id ON users BEGIN\n"
       "  UPDATE high_water SET id = max(id, old.id);\n"
       "END"},
      {2, "idempotency_keys",
       "CREATE TABLE idempotency_keys (\n"
       "  number INTEGER PRIMARY KEY,\n"
       "  key TEXT NOT NULL,\n"
       "  payload INTEGER NOT NULL,\n"
       "  user_id INTEGER NOT NULL,\n"
       "  created_at INTEGER NOT NULL\n"
       ") STRICT"},
  };
}

}  // namespace

const std::vector<SchemaRow>& schema_rows() {
  static const std::vector<SchemaRow> rows = make_rows();
  return rows;
}

std::string user_columns() {
  std::string columns = "id";
  for (const MemberRow& each : user_members) columns.append(", ").append(each.column);
  return columns;
}

std::string insert_users_sql(const char* source) {
  // OR FAIL: a batch that fails is rolled back as a whole, so SQLite need not be able to undo this
  // statement alone.
  const std::string columns = user_columns();
  return "INSERT OR FAIL INTO users (" + columns + ") SELECT " + columns + " FROM " + source;
}

std::string update_user_sql() {
  std::string sql = "UPDATE users SET ";
  for (std::size_t i = 0; i < member_count; ++i) {
    sql.append(i == 0 ? "" : ", ").append(user_members[i].column);
    sql.append(" = ?").append(std::to_string(i + 2));
  }
  return sql + " WHERE id = ?1";
}

std::string load_users_sql(const char* taker) {
  return std::string("SELECT ") + taker + "(" + user_columns() +
         ") FROM users WHERE id BETWEEN ?1 AND ?2";
}

}  // namespace rollcall::storage
