#pragma once

#include <array>
#include <string_view>

#include "storage/email_key.hpp"
#include "storage/postgres/script.hpp"
#include "storage/user.hpp"

namespace rollcall::storage::postgres {

/// Columns of users as the arrays of a script.
class UserColumns {
 public:
  explicit UserColumns(Script& script) : ids_(script.array(Array::Of::integers)) {
    for (Array*& each : texts_) each = &script.array(Array::Of::texts);
  }
  void add(UserId id, const UserView& user) {
    ids_.add(static_cast<std::int64_t>(id));
    add(user);
  }
  void add(const UserView& user) {
    for_each_member([&](auto index) { texts_[index]->add(user[index]); });
  }
  std::size_t size() const noexcept { return ids_.size(); }
  void add_ids_to(Parameters& parameters) { parameters.add(ids_); }
  void add_texts_to(Parameters& parameters) {
    for (Array* const each : texts_) parameters.add(*each);
  }

 private:
  Array& ids_;
  std::array<Array*, member_count> texts_;
};

/// What is derived from users' texts, in columns of its own where it is not just their lower case.
class DerivedColumns {
 public:
  explicit DerivedColumns(Script& script);
  void add(const UserView& user, EmailKey& email_key);
  void add_to(Parameters& parameters);

 private:
  std::array<Array*, member_count> folded_;
  Array& email_key_;
};

/// All texts of the user are ASCII: nothing is derived that needs a column.
bool is_ascii(const UserView& user) noexcept;

}  // namespace rollcall::storage::postgres
