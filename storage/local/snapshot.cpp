#include "storage/local/snapshot.hpp"

#include <array>
#include <utility>

#include "storage/limits.hpp"

namespace rollcall::storage {

/// The users of a block as the table has them now.
class Snapshot::Block final : public UserVisitor {
 public:
  Block() { places_.fill(none); }

  void visit(UserId id, const UserView& user) noexcept override {
    places_[id % Table::block_ids] = static_cast<std::uint32_t>(users_.size());
    users_.append(id, user);
  }

  /// Calls `take(id, user)` for each up to `last`, by rising id.
  template <class Take>
  void for_each(UserId last, const Take& take) const {
    for (const std::uint32_t place : places_) {
      if (place != none && users_.id(place) <= last) take(users_.id(place), users_.user(place));
    }
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  UserList users_;
  std::array<std::uint32_t, Table::block_ids> places_;
};

Snapshot::Snapshot(Table& table)
    : table_(table), last_id_(table.previous_id(max_user_id + 1)), next_id_(table.next_id(0)) {
  table.add(*this);
}

Snapshot::~Snapshot() { table_.remove(*this); }

void Snapshot::preserve(UserId id, const UserView& user) {
  const std::lock_guard lock(mutex_);
  if (id > last_id_ || id <= passed_ || lost_) return;
  const auto [place, is_new] = before_.try_emplace(id);
  if (!is_new) return;
  Before& before = place->second;
  before.packed = std::make_unique_for_overwrite<char[]>(PackedUser::octets(user));
  PackedUser::write(before.packed.get(), user);
  octets_ += kept_octets(user);
  if (octets_ <= max_snapshot_octets) return;
  lost_ = true;
  before_.clear();
}

Snapshot::Next Snapshot::next(UserList& users) {
  users.clear();
  UserId changed = 0;
  {
    const std::lock_guard lock(mutex_);
    if (lost_) return Next::lost;
    if (!before_.empty()) changed = before_.begin()->first;
  }
  // One that is gone since may be all that its block had.
  if (changed != 0 && (next_id_ == 0 || changed < next_id_)) next_id_ = changed;
  if (next_id_ == 0 || next_id_ > last_id_) return Next::end;
  const std::uint64_t number = next_id_ / Table::block_ids;
  const UserId last = (number + 1) * Table::block_ids - 1;
  auto block = std::make_unique<Block>();
  table_.visit(number, *block);
  {
    const std::lock_guard lock(mutex_);
    if (lost_) return Next::lost;
    for (auto each = before_.begin(); each != before_.end() && each->first <= last;) {
      const UserView user = each->second.view();
      block->visit(each->first, user);
      octets_ -= kept_octets(user);
      each = before_.erase(each);
    }
    passed_ = last;
  }
  block->for_each(last_id_, [&](UserId id, const UserView& user) { users.append(id, user); });
  next_id_ = table_.next_id(last);
  return Next::users;
}

}  // namespace rollcall::storage
