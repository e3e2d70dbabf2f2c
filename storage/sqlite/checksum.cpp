#include "storage/sqlite/checksum.hpp"

#include <sqlite3.h>

#include "storage/digest.hpp"
#include "storage/sqlite/schema.hpp"

namespace rollcall::storage {
namespace {

constexpr const char* function = "row_checksum";

void on_row(sqlite3_context* context, int, sqlite3_value** row) noexcept {
  UserView user;
  for_each_member([&](auto index) {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(row[index + 1]));
    user[index] = {text, static_cast<std::size_t>(sqlite3_value_bytes(row[index + 1]))};
  });
  const auto id = static_cast<UserId>(sqlite3_value_int64(row[0]));
  sqlite3_result_int(context, row_checksum(id, user));
}

}  // namespace

std::int32_t row_checksum(UserId id, const UserView& user) noexcept {
  std::uint64_t state = id;
  for_each_member([&](auto index) { state = digest(state, user[index]); });
  return static_cast<std::int32_t>(state >> 32);
}

int fill_row_checksums(sqlite3* database) noexcept {
  constexpr int arguments = 1 + static_cast<int>(member_count);
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  int code = sqlite3_create_function_v2(database, function, arguments, flags, nullptr, on_row,
                                        nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return code;
  const std::string sql =
      std::string("UPDATE users SET checksum = ") + function + "(" + user_columns() + ")";
  code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_create_function_v2(database, function, arguments, flags, nullptr, nullptr, nullptr,
                             nullptr, nullptr);
  return code;
}

}  // namespace rollcall::storage
