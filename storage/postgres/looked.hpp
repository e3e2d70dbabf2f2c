#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/list.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/script.hpp"
#include "storage/version.hpp"

namespace rollcall::storage::postgres {

/// What is known about an idempotency key.
struct KnownKey {
  Version payload = 0;
  UserId user_id = 0;                ///< 0: the key of an upload.
  std::int64_t token = 0;            ///< Of the write, or of the opened upload, that it belongs to.
  std::optional<UserRecord> answer;  ///< What a partial replacement left.
};

/// What the database had, when it was looked at, of what a batch is about to change.
class Looked {
 public:
  void clear();

  // What to look for.
  void ask_for_user(UserId id);
  void ask_for_email(std::string_view form);
  void ask_for_key(std::string_view key);
  /// The statements that ask; none if nothing is asked for.
  void write(Script& script);

  /// Of the statements that were written.
  void take(const std::vector<Result>& results);

  std::optional<UserView> user(UserId id) const noexcept;
  /// Another user than `id` has an address of this form.
  bool is_taken(const std::string& form, UserId id) const noexcept;
  const KnownKey* key(std::string_view text) const noexcept;

 private:
  enum class Asked : std::uint8_t { users, emails, keys };

  std::vector<UserId> ids_;
  std::vector<std::string> forms_;
  std::vector<std::string> keys_;
  std::vector<Asked> asked_;
  UserList users_;
  std::unordered_map<UserId, std::size_t> places_;
  std::unordered_map<std::string, UserId> emails_;
  std::unordered_map<std::string, KnownKey> known_;
};

/// The user of a row whose columns are the id and the members.
UserView user_in(const Result& result, int row) noexcept;

}  // namespace rollcall::storage::postgres
