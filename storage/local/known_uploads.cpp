#include "storage/local/known_uploads.hpp"

namespace rollcall::storage {

bool KnownUploads::knows(const Digest& digest, std::int64_t since) const {
  const auto found = uploads_.find(digest);
  return found != uploads_.end() && (found->second.is_open || found->second.runs.has_since(since));
}

bool KnownUploads::open(IdempotencyKey& key, const Digest& digest, std::int64_t since) {
  Upload& upload = uploads_[digest];
  if (upload.is_open) return false;
  key.upload = ++last_upload_;
  open_.emplace(key.upload, Open{digest, std::string(key.text)});
  opened_.push_back(key.upload);
  upload.is_open = true;
  *key.runs = upload.runs.share(since);
  return true;
}

void KnownUploads::close_now(std::uint64_t upload) {
  const auto open = open_.find(upload);
  if (open == open_.end()) return;
  const auto found = uploads_.find(open->second.digest);
  found->second.is_open = false;
  if (found->second.runs.empty()) uploads_.erase(found);
  open_.erase(open);
}

bool KnownUploads::add(const WriteOperation& line) {
  const IdempotencyKey& key = *line.key;
  const Version digest = digest_of_line(key.line, line.user);
  if (!batch_.empty() && run_of_ == key.upload) {
    StoredKey& run = batch_.back();
    if (run.line + run.count == key.line && run.user_id + run.count == line.id) {
      ++run.count;
      run.payload += digest;
      return true;
    }
  }
  run_of_ = key.upload;
  batch_.push_back({open_.at(key.upload).text, digest, line.id, 0, 0, {}, key.line, 1});
  return false;
}

KnownUploads::Place KnownUploads::stamp_run(const Stamp& stamp) {
  StoredKey& run = batch_.back();
  run.number = stamp.number;
  run.created_at = stamp.created_at;
  return {open_.at(run_of_).digest, run.line};
}

KnownUploads::Place KnownUploads::keep(const Place& at, const std::optional<Place>& latest) {
  return insert(at.digest, batch_[kept_runs_++], latest);
}

KnownUploads::Place KnownUploads::load(const StoredKey& run, const Digest& digest,
                                       const std::optional<Place>& latest) {
  return insert(digest, run, latest);
}

/// If lines were created twice, the first run had expired, even if the clock has gone back since.
KnownUploads::Place KnownUploads::insert(const Digest& digest, const StoredKey& run,
                                         const std::optional<Place>& latest) {
  KeptRuns& runs = uploads_[digest].runs;
  const UploadRuns::Kept kept{
      {run.line, run.count, run.user_id, run.payload}, run.number, run.created_at};
  if (latest && latest->digest == digest && runs.extend(latest->line, kept)) return *latest;
  runs.insert(kept);
  return {digest, run.line};
}

void KnownUploads::drop() {
  for (const std::uint64_t each : opened_) close_now(each);
  end_batch();
}

void KnownUploads::end_batch() {
  for (const std::uint64_t each : closed_) close_now(each);
  batch_.clear();
  opened_.clear();
  closed_.clear();
  run_of_ = 0;
  kept_runs_ = 0;
}

void KnownUploads::forget(const Place& at, std::uint64_t number) {
  const auto upload = uploads_.find(at.digest);
  if (upload == uploads_.end()) return;
  KeptRuns& runs = upload->second.runs;
  runs.erase(at.line, number);
  if (runs.empty() && !upload->second.is_open) uploads_.erase(upload);
}

}  // namespace rollcall::storage
