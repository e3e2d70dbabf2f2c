#include "storage/postgres/looked.hpp"

#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {

UserView user_in(const Result& result, int row) noexcept {
  UserView user;
  int column = 1;
  for_each_member([&](auto index) { user[index] = result.text(row, column++); });
  return user;
}

void Looked::clear() {
  ids_.clear();
  forms_.clear();
  keys_.clear();
  asked_.clear();
  users_.clear();
  places_.clear();
  emails_.clear();
  known_.clear();
}

void Looked::ask_for_user(UserId id) { ids_.push_back(id); }
void Looked::ask_for_email(std::string_view form) { forms_.emplace_back(form); }
void Looked::ask_for_key(std::string_view key) { keys_.emplace_back(key); }

void Looked::write(Script& script) {
  if (!ids_.empty()) {
    Array& ids = script.array(Array::Of::integers);
    for (const UserId each : ids_) ids.add(static_cast<std::int64_t>(each));
    script.add(sql().users).add(ids);
    asked_.push_back(Asked::users);
  }
  const auto ask_for_texts = [&](const std::vector<std::string>& all, const Statement& statement,
                                 Asked asked) {
    if (all.empty()) return;
    Array& texts = script.array(Array::Of::texts);
    for (const std::string& each : all) texts.add(std::string_view(each));
    script.add(statement).add(texts);
    asked_.push_back(asked);
  };
  ask_for_texts(forms_, sql().emails, Asked::emails);
  ask_for_texts(keys_, sql().known, Asked::keys);
}

void Looked::take(const std::vector<Result>& results) {
  for (std::size_t i = 0; i < asked_.size() && i < results.size(); ++i) {
    const Result& result = results[i];
    for (int row = 0; row < result.rows(); ++row) {
      switch (asked_[i]) {
        case Asked::users:
          places_[static_cast<UserId>(result.integer(row, 0))] = users_.size();
          users_.append(static_cast<UserId>(result.integer(row, 0)), user_in(result, row));
          break;
        case Asked::emails:
          emails_[std::string(result.text(row, 0))] = static_cast<UserId>(result.integer(row, 1));
          break;
        case Asked::keys: {
          KnownKey& key = known_[std::string(result.text(row, 0))];
          key.payload = static_cast<Version>(result.integer(row, 1));
          key.user_id = static_cast<UserId>(result.integer(row, 2));
          key.token = result.integer(row, 4);
          if (!result.is_null(row, 3)) {
            key.answer.emplace().assign(PackedUser::read(result.text(row, 3).data()));
          }
          break;
        }
      }
    }
  }
}

std::optional<UserView> Looked::user(UserId id) const noexcept {
  const auto found = places_.find(id);
  if (found == places_.end()) return std::nullopt;
  return users_.user(found->second);
}

bool Looked::is_taken(const std::string& form, UserId id) const noexcept {
  const auto found = emails_.find(form);
  return found != emails_.end() && found->second != id;
}

const KnownKey* Looked::key(std::string_view text) const noexcept {
  const auto found = known_.find(std::string(text));
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace rollcall::storage::postgres
