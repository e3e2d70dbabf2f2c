#include "storage/decision.hpp"

#include "storage/user.hpp"

namespace rollcall::storage {

using Verb = WriteOperation::Verb;

Status decide_change(WriteOperation& operation, const UserView* current) noexcept {
  if (current == nullptr) return Status::not_found;
  if (operation.condition != nullptr &&
      !operation.condition->holds(version_of(operation.id, *current))) {
    return Status::condition_failed;
  }
  if (operation.verb == Verb::remove && operation.merged != nullptr) {
    operation.merged->assign(*current);
    operation.user = operation.merged->view();
  } else if (operation.is_partial()) {
    operation.merged->assign(merge(operation.members, operation.user, *current));
    operation.user = operation.merged->view();
  }
  return Status::ok;
}

/// A creation has no id yet, and no user has the id 0: so the two kinds of write never agree.
Version payload_of(const WriteOperation& operation) noexcept {
  const bool creates = operation.verb == Verb::create;
  return version_of(creates ? 0 : operation.id, merge(operation.members, operation.user, {}));
}

}  // namespace rollcall::storage
