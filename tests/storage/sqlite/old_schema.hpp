#pragma once

#include <string>

#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {

/// Makes a file of the newest schema one of the older `version`, with its users.
inline std::string downgrade_sql(std::int64_t version) {
  std::string sql = "BEGIN; CREATE TEMP TABLE kept AS SELECT " + user_columns() +
                    " FROM users; CREATE TEMP TABLE mark AS SELECT id FROM high_water;";
  for (const SchemaRow& each : schema_rows()) {
    if (each.sql.starts_with("CREATE TABLE")) sql.append("DROP TABLE ").append(each.name) += ";";
  }
  for (const SchemaRow& each : schema_rows(version)) sql.append(each.sql) += ";";
  return sql + "INSERT INTO users (" + user_columns() +
         ") SELECT * FROM kept; INSERT INTO high_water SELECT id FROM mark;" +
         "DROP TABLE kept; DROP TABLE mark;" + "PRAGMA user_version = " + std::to_string(version) +
         "; COMMIT;";
}

}  // namespace rollcall::storage
