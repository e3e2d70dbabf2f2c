#include "storage/postgres/user_columns.hpp"

#include "storage/folding.hpp"

namespace rollcall::storage::postgres {

DerivedColumns::DerivedColumns(Script& script) : email_key_(script.array(Array::Of::texts)) {
  for (Array*& each : folded_) each = &script.array(Array::Of::texts);
}

void DerivedColumns::add(const UserView& user, EmailKey& email_key) {
  for_each_member([&](auto index) {
    if (storage::is_ascii(user[index])) {
      folded_[index]->add_null();
    } else {
      folded_[index]->add(std::string_view(fold(user[index])));
    }
  });
  if (storage::is_ascii(user.email)) {
    email_key_.add_null();
  } else {
    email_key_.add(email_key(user.email));
  }
}

void DerivedColumns::add_to(Parameters& parameters) {
  for (Array* const each : folded_) parameters.add(*each);
  parameters.add(email_key_);
}

bool is_ascii(const UserView& user) noexcept {
  bool all = true;
  for_each_member([&](auto index) { all = all && storage::is_ascii(user[index]); });
  return all;
}

}  // namespace rollcall::storage::postgres
