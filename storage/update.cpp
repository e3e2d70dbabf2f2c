#include "storage/update.hpp"

namespace rollcall::storage {

void decide(WriteOperation& operation, const UserView* current) noexcept {
  if (current == nullptr) {
    operation.status = Status::not_found;
    return;
  }
  if (operation.condition != nullptr &&
      !operation.condition->holds(version_of(operation.id, *current))) {
    operation.status = Status::condition_failed;
    return;
  }
  operation.status = Status::ok;
  if (operation.verb == WriteOperation::Verb::replace && operation.members != all_members) {
    operation.merged->assign(merge(operation.members, operation.user, *current));
    operation.user = operation.merged->view();
  }
}

}  // namespace rollcall::storage
