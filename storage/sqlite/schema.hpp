#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The tables of a data file, and the SQL that names the columns of users. All of it derives from
/// user_members (storage/member.hpp).
namespace rollcall::storage {

/// What a file of ours says in its header (sqlite.org/fileformat2.html, section 1.3).
inline constexpr std::int64_t application_id = 0x526f6c6c;  // "Roll"
inline constexpr std::int64_t schema_version = 5;

/// One table or trigger.
struct SchemaRow {
  const char* name;
  std::string sql;  ///< As SQLite keeps it: a file with any other text is refused.
};

/// What a file of that version has, in the order in which it is made. `version` is 1 at least.
std::vector<SchemaRow> schema_rows(std::int64_t version = schema_version);

/// Brings a file of the older `version` up to date, but for the checksums of its users, which are
/// null then. To be run in a transaction.
std::string upgrade_sql(std::int64_t version);

/// `id` and the columns of the members: "id, last_name, ...".
std::string user_columns();

/// Inserts every row of `source`, which has user_columns() and `checksum`, into users.
std::string insert_users_sql(const char* source);
/// The same without the ids: SQLite gives the rows those that follow the largest one in users.
std::string append_users_sql(const char* source);
/// Sets the members of the user ?1: the one at place i of user_members to ?(i + 2), and behind the
/// last one the checksum.
std::string update_user_sql();
/// Keeps the user that a key's write left: ?1 is the key's number, ?(i + 2) the member at place i.
std::string insert_answer_sql();
/// Every key by rising numbers; from column 5 on the first line and the count of its run of an
/// upload, and from column 7 on the number and the members of its answer, each null if it has none.
/// `version`, from 2 on, is that of the file.
std::string load_keys_sql(std::int64_t version);
/// Calls the aggregate function `taker` with user_columns() and the checksum of each user from ?1
/// to ?2. The checksum is null if the row has none, as all have in a file of a `version` before 4.
std::string load_users_sql(const char* taker, std::int64_t version);

}  // namespace rollcall::storage
