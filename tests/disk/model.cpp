#include "tests/disk/model.hpp"

#include "tests/storage/recording_owner.hpp"
#include "tests/storage/runs_of.hpp"

namespace rollcall::tests::disk {

using storage::Status;
using storage::UserId;
using storage::WriteOperation;
using Verb = WriteOperation::Verb;

void Model::apply(const std::vector<Write>& batch) {
  for (const Write& each : batch) {
    switch (each.verb) {
      case Verb::create:
        if (!each.key.empty() && keys.contains(each.key)) break;
        users[++largest] = each.user;
        if (each.line != 0) {
          uploads[each.key][each.line] = largest;
        } else if (!each.key.empty()) {
          keys[each.key] = {each.user, largest};
        }
        break;
      case Verb::replace:
        users[each.id] = each.user;
        break;
      case Verb::remove:
        users.erase(each.id);
        break;
      case Verb::open_upload:
      case Verb::close_upload:
        break;
    }
  }
}

std::optional<std::string> Model::difference(storage::Store& store) const {
  if (store.size() != users.size()) {
    return std::to_string(store.size()) + " users instead of " + std::to_string(users.size());
  }
  storage::RecordingOwner owner;
  const auto session = store.open_session(owner);
  for (const auto& [id, user] : users) {
    storage::FindOperation operation;
    operation.id = id;
    session->find(operation);
    if (operation.status != Status::ok) return "user " + std::to_string(id) + " is missing";
    if (operation.user.view() != user.view()) {
      return "user " + std::to_string(id) + " has other content";
    }
  }
  return std::nullopt;
}

namespace {

/// How one write of a batch was answered, against what the model says.
void check_answer(const Write& asked, const WriteOperation& answer, const Model& before,
                  UserId& next, std::string& problem) {
  if (asked.verb != Verb::create) return;
  const auto known = before.keys.find(asked.key);
  const bool replayed = !asked.key.empty() && known != before.keys.end();
  const UserId wanted = replayed ? known->second.id : ++next;
  const Status status = replayed ? Status::replayed : Status::ok;
  if (answer.status == status && answer.id == wanted) return;
  problem = "a create" + std::string(replayed ? " that was sent again" : "") + " got id " +
            std::to_string(answer.id) + ", status " +
            std::to_string(static_cast<int>(answer.status)) + ", instead of " +
            std::to_string(wanted);
}

/// An upload of one session, open from its construction until close() is completed.
class OpenUpload {
 public:
  OpenUpload(storage::RecordingOwner& owner, storage::Session& session, const std::string& key)
      : owner_(owner), session_(session) {
    key_.text = key;
    key_.runs = &runs_;
    operation_.verb = Verb::open_upload;
    operation_.key = &key_;
    session_.write(operation_);
    owner_.turn_until(session_, 1);
  }
  Status status() const noexcept { return operation_.status; }
  std::uint64_t handle() const noexcept { return key_.upload; }
  void close() {
    operation_ = {};
    operation_.verb = Verb::close_upload;
    operation_.key = &key_;
    session_.write(operation_);
  }
  void check(const std::string& key, const Model& model, std::string& problem) const {
    std::map<std::uint64_t, UserId> known;
    for (const storage::UploadRun& each : storage::runs_of(runs_)) {
      for (std::uint64_t i = 0; i < each.count; ++i) known[each.line + i] = each.id + i;
    }
    const auto wanted = model.uploads.find(key);
    const bool same = wanted == model.uploads.end() ? known.empty() : wanted->second == known;
    if (!same) problem = "other lines of the upload " + key + " are known than were acknowledged";
  }

 private:
  storage::RecordingOwner& owner_;
  storage::Session& session_;
  storage::UploadRuns runs_;
  storage::IdempotencyKey key_;
  WriteOperation operation_;
};

}  // namespace

Status check_upload(storage::Store& store, const std::string& key, const Model& model,
                    std::string& problem) {
  storage::RecordingOwner owner;
  const auto session = store.open_session(owner);
  OpenUpload upload(owner, *session, key);
  const Status status = upload.status();
  if (status != Status::ok) return status;
  upload.check(key, model, problem);
  upload.close();
  owner.turn_until(*session, 2);
  return status;
}

Status write_batch(storage::Store& store, const std::vector<Write>& batch, const Model& before,
                   std::string& problem) {
  storage::RecordingOwner owner;
  const auto session = store.open_session(owner);
  std::deque<WriteOperation> operations(batch.size());
  std::deque<storage::IdempotencyKey> keys(batch.size());
  std::optional<OpenUpload> upload;
  for (const Write& each : batch) {
    if (each.line == 0) continue;
    upload.emplace(owner, *session, each.key);
    if (upload->status() != Status::ok) return upload->status();
    upload->check(each.key, before, problem);
    break;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    operations[i].verb = batch[i].verb;
    operations[i].id = batch[i].id;
    operations[i].user = batch[i].user.view();
    if (!batch[i].key.empty()) {
      keys[i].text = batch[i].key;
      keys[i].line = batch[i].line;
      if (batch[i].line != 0) keys[i].upload = upload->handle();
      operations[i].key = &keys[i];
    }
    session->write(operations[i]);
  }
  if (upload) upload->close();
  owner.turn_until(*session, batch.size() + (upload ? 2 : 0));
  Status status = Status::ok;
  for (const WriteOperation& each : operations) {
    if (each.status != Status::ok && each.status != Status::replayed) status = each.status;
  }
  if (status != Status::ok) return status;
  UserId next = before.largest;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    check_answer(batch[i], operations[i], before, next, problem);
  }
  return status;
}

}  // namespace rollcall::tests::disk
