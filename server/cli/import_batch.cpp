#include "server/cli/import_batch.hpp"

namespace rollcall::server {

using storage::Status;

void ImportBatch::add(storage::UserId id, const storage::UserView& user, std::uint64_t place) {
  users_.append(id, user);
  places_.push_back(place);
  ids_.insert(id);
}

Status ImportBatch::create(const Create& create, const Refuse& refuse, std::uint64_t& created) {
  Status status = create(users_);
  if (status == Status::ok) {
    created += size();
  } else if (status == Status::email_taken) {
    status = create_part(0, size(), create, refuse, created);
  }
  users_.clear();
  places_.clear();
  ids_.clear();
  return status;
}

/// Not all of these can be created, because of an address.
Status ImportBatch::create_part(std::size_t first, std::size_t count, const Create& create,
                                const Refuse& refuse, std::uint64_t& created) const {
  if (count == 1) {
    refuse(places_[first], users_.id(first));
    return Status::ok;
  }
  const std::size_t middle = first + count / 2;
  for (const auto& [begin, end] : {std::pair(first, middle), std::pair(middle, first + count)}) {
    storage::UserList half;
    for (std::size_t i = begin; i < end; ++i) half.append(users_.id(i), users_.user(i));
    Status status = create(half);
    if (status == Status::ok) {
      created += half.size();
    } else if (status == Status::email_taken) {
      status = create_part(begin, end - begin, create, refuse, created);
    }
    if (status != Status::ok) return status;
  }
  return Status::ok;
}

}  // namespace rollcall::server
