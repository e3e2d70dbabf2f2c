#include "storage/sqlite/schema.hpp"

#include <boost/test/unit_test.hpp>

#include "storage/sqlite/database.hpp"

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(the_tables_are_those_that_files_of_schema_5_have) {
  // Every data file has these texts: a file with any other is refused.
  BOOST_TEST(schema_version == 5);
  BOOST_TEST(schema_rows().front().sql ==
             "CREATE TABLE users (\n"
             "  id INTEGER PRIMARY KEY,\n"
             "  last_name TEXT NOT NULL,\n"
             "  first_name TEXT NOT NULL,\n"
             "  email TEXT NOT NULL\n"
             ", checksum INTEGER) STRICT");
  BOOST_TEST(schema_rows().back().sql ==
             "CREATE TABLE upload_runs (\n"
             "  number INTEGER PRIMARY KEY,\n"
             "  first_line INTEGER NOT NULL,\n"
             "  line_count INTEGER NOT NULL\n"
             ") STRICT");
  BOOST_TEST(schema_rows(4).back().sql ==
             "CREATE TRIGGER users_update_checksum AFTER UPDATE OF id, last_name, first_name, "
             "email ON users\n"
             "WHEN new.checksum IS old.checksum AND\n"
             "  (new.id, new.last_name, new.first_name, new.email) IS NOT\n"
             "  (old.id, old.last_name, old.first_name, old.email) BEGIN\n"
             "  UPDATE users SET checksum = NULL WHERE id = new.id;\n"
             "END");
  BOOST_TEST(schema_rows(3).back().sql ==
             "CREATE TABLE idempotency_answers (\n"
             "  number INTEGER PRIMARY KEY,\n"
             "  last_name TEXT NOT NULL,\n"
             "  first_name TEXT NOT NULL,\n"
             "  email TEXT NOT NULL\n"
             ") STRICT");
}

BOOST_AUTO_TEST_CASE(an_older_file_with_its_upgrade_has_what_a_new_one_has) {
  for (std::int64_t version = 1; version < schema_version; ++version) {
    const auto contents = [&](const std::string& sql) {
      int code = -1;
      SqliteDatabase database(":memory:", SqliteDatabase::Access::read_write, nullptr, code);
      BOOST_TEST(database.execute(sql.c_str()) == 0, database.error());
      BOOST_TEST(database.query_integer("PRAGMA user_version", code) == schema_version);
      std::string all;
      SqliteStatement rows(database.get(), "SELECT sql FROM sqlite_schema ORDER BY name", code);
      while (rows.step() == 100) all.append(rows.text(0)).append("\n");
      return all;
    };
    const auto make = [](std::int64_t of) {
      std::string sql;
      for (const SchemaRow& each : schema_rows(of)) sql.append(each.sql).append(";");
      return sql;
    };
    BOOST_TEST(contents(make(version) + upgrade_sql(version)) ==
               contents(make(schema_version) + upgrade_sql(schema_version)));
  }
}

BOOST_AUTO_TEST_CASE(statements_name_the_columns_in_the_order_of_the_members) {
  BOOST_TEST(user_columns() == "id, last_name, first_name, email");
  BOOST_TEST(insert_users_sql("x") ==
             "INSERT OR FAIL INTO users (id, last_name, first_name, email, checksum) "
             "SELECT id, last_name, first_name, email, checksum FROM x");
  BOOST_TEST(append_users_sql("x") ==
             "INSERT OR FAIL INTO users (last_name, first_name, email, checksum) "
             "SELECT last_name, first_name, email, checksum FROM x");
  BOOST_TEST(update_user_sql() ==
             "UPDATE users SET last_name = ?2, first_name = ?3, email = ?4, checksum = ?5 "
             "WHERE id = ?1");
  BOOST_TEST(insert_answer_sql() == "INSERT INTO idempotency_answers VALUES (?1, ?2, ?3, ?4)");
  BOOST_TEST(load_users_sql("f", 4) ==
             "SELECT f(id, last_name, first_name, email, checksum) FROM users "
             "WHERE id BETWEEN ?1 AND ?2");
  BOOST_TEST(load_users_sql("f", 3) ==
             "SELECT f(id, last_name, first_name, email, NULL) FROM users "
             "WHERE id BETWEEN ?1 AND ?2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
