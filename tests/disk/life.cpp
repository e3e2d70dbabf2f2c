#include "tests/disk/life.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "storage/open_error.hpp"

namespace rollcall::tests::disk {
namespace {

using storage::Status;
using storage::UserId;
using Kind = Step::Kind;
using Verb = storage::WriteOperation::Verb;

std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

std::string text(Random& random, std::size_t most) {
  return std::string(1 + below(random, most), static_cast<char>('a' + below(random, 26)));
}

}  // namespace

Life::Life(int checkpoint_frames, Lie lie, const std::optional<Fault>& fault) {
  options_.checkpoint_frames = checkpoint_frames;
  reset();
  disk::lie(lie);
  directory_ = std::make_unique<TemporaryDirectory>();
  faulty_ = fault.has_value();
  if (fault) fail(*fault);
  start();
}

Life::~Life() {
  reader_.reset();
  stop();
  reset();
}

void Life::take(const Step& step) {
  Random random(step.seed);
  switch (step.kind) {
    case Kind::small_batch:
      return write(small_batch(random));
    case Kind::large_batch:
      return write(creates(random, 20 + below(random, 60), 1'000));
    case Kind::huge_batch:
      return write(creates(random, 900 + below(random, 600), 1'000));
    case Kind::retry:
      return write(retries(random));
    case Kind::open_reader:
      reader_ = std::make_unique<Reader>(path());
      return check_reader(*reader_);
    case Kind::close_reader:
      return reader_.reset();
    case Kind::restart:
      stop();
      return start();
    case Kind::kill:
    case Kind::lose_power:
      return crash(random, step.kind == Kind::lose_power);
    default:
      return fail_next(step.kind, random);
  }
}

void Life::start() {
  if (!problem_.empty()) return;
  for (int tries = 0; tries < 2; ++tries) {
    try {
      store_ = storage::open_store("sqlite:" + path(), options_, {});
      break;
    } catch (const storage::StoreOpenError& error) {
      // A fault may refuse a start. Without one, no loss of power may.
      const bool faulty = std::exchange(faulty_, false);
      heal();
      if (faulty) continue;
      problem_ = "does not open: reason " +
                 std::to_string(static_cast<int>(error.failure().reason)) + ", " +
                 error.failure().detail;
      return;
    }
  }
  if (!store_) {
    problem_ = "does not open although nothing fails any more";
    return;
  }
  if (const auto difference = model_.difference(*store_)) problem_ = *difference;
}

void Life::stop() {
  if (!store_) return;
  std::string error;
  const bool closed = store_->close(error);
  if (!closed && !faulty_ && problem_.empty()) problem_ = "does not close: " + error;
  store_.reset();
}

void Life::write(const std::vector<Write>& batch) {
  if (!store_ || !problem_.empty() || batch.empty()) return;
  const Status status = write_batch(*store_, batch, model_, problem_);
  if (status == Status::ok) {
    model_.apply(batch);
    return;
  }
  if (!faulty_ && !storage::is_lasting(status)) {
    problem_ =
        "a write is refused although nothing fails: " + std::to_string(static_cast<int>(status));
  }
  // What was refused is no news to a reader.
  if (!faulty_) return check_reader(Reader(path()));
  if (const auto difference = model_.difference(*store_)) problem_ = *difference;
}

void Life::check_reader(const Reader& reader) {
  if (problem_.empty() && !faulty_ && !reader.sees(model_)) {
    problem_ = "a reader sees other users than were acknowledged";
  }
}

/// The process ends, within a batch or between two; the disk may lose power with it.
void Life::crash(Random& random, bool loses_power) {
  if (!store_ || !problem_.empty()) return;
  auto next = std::make_unique<TemporaryDirectory>();
  const auto end = [&] {
    const std::string from = directory_->path().string();
    loses_power ? lose_power(from, next->path().string(), random)
                : kill(from, next->path().string());
  };
  std::vector<Write> batch;
  const Model before = model_;
  Random batch_random(random());
  if (below(random, 4) != 0) {
    batch = below(random, 3) == 0 ? creates(batch_random, 30, 1'000) : small_batch(batch_random);
  }
  if (batch.empty()) {
    end();
  } else {
    bool ended = false;
    before_change(changes() + 1 + below(random, 12), [&] {
      ended = true;
      end();
    });
    write(batch);
    before_change(0, nullptr);
    if (!ended) {
      batch.clear();
      end();
    }
  }
  if (!problem_.empty()) return;
  const Model after = std::exchange(model_, before);
  if (batch.empty()) model_ = after;
  go_on_from(std::move(next), batch);
}

/// `batch` was in flight: it is there as a whole or not at all.
void Life::go_on_from(std::unique_ptr<TemporaryDirectory> next, const std::vector<Write>& batch) {
  reader_.reset();
  stop();
  heal();
  faulty_ = false;
  directory_ = std::move(next);
  start();
  if (problem_.empty() || !store_ || batch.empty()) return finish_start();
  Model with = model_;
  with.apply(batch);
  if (with.difference(*store_)) return;
  problem_.clear();
  model_ = std::move(with);
  finish_start();
}

/// Ids are never given out twice, and keys are still known.
void Life::finish_start() {
  if (!problem_.empty()) return;
  Random random(model_.largest);
  for (const auto& [key, lines] : model_.uploads) check_upload(*store_, key, model_, problem_);
  write(retries(random));
  write(creates(random, 1, 20));
}

User Life::make_user(Random& random, std::size_t most) {
  return {text(random, most), text(random, most),
          "u" + std::to_string(next_email_++) + "@example.com"};
}

std::vector<Write> Life::creates(Random& random, std::uint64_t count, std::size_t most) {
  std::vector<Write> batch(count);
  for (Write& each : batch) each.user = make_user(random, most);
  return batch;
}

std::vector<Write> Life::retries(Random& random) {
  std::vector<Write> batch;
  for (const auto& [key, keyed] : model_.keys) {
    if (batch.size() < 8 && below(random, 2) == 0) {
      batch.push_back({Verb::create, 0, keyed.user, key});
    }
  }
  return batch;
}

std::vector<Write> Life::small_batch(Random& random) {
  std::vector<Write> batch;
  std::vector<UserId> touched;
  const std::uint64_t count = 1 + below(random, 6);
  for (std::uint64_t i = 0; i < count; ++i) {
    Write write;
    write.user = make_user(random, 30);
    const auto some = model_.users.lower_bound(1 + below(random, model_.largest + 1));
    const bool free = some != model_.users.end() &&
                      std::find(touched.begin(), touched.end(), some->first) == touched.end();
    switch (below(random, 5)) {
      case 0:
      case 1:
        if (!free) break;
        touched.push_back(write.id = some->first);
        write.verb = below(random, 3) == 0 ? Verb::remove : Verb::replace;
        break;
      case 2:
        write.key = "key-" + std::to_string(next_key_++);
        break;
      case 3:
        add_lines(random, batch);
        continue;
      default:
        break;
    }
    batch.push_back(std::move(write));
  }
  return batch;
}

/// Some lines of an upload that goes on, perhaps behind some that were refused.
void Life::add_lines(Random& random, std::vector<Write>& batch) {
  if (batch.empty() && below(random, 4) == 0) ++upload_;
  const std::string key = "upload-" + std::to_string(upload_);
  std::uint64_t last = 0;
  if (const auto known = model_.uploads.find(key); known != model_.uploads.end()) {
    last = known->second.rbegin()->first;
  }
  for (const Write& each : batch) last = std::max(last, each.line);
  last += below(random, 3);
  for (std::uint64_t count = 1 + below(random, 5); count > 0; --count) {
    batch.push_back({Verb::create, 0, make_user(random, 30), key, ++last});
  }
}

void Life::fail_next(Kind kind, Random& random) {
  if (kind == Kind::heal) return mend();
  Fault fault;
  fault.target = below(random, 3) == 0 ? Target::data : Target::log;
  fault.nth = 1 + below(random, 20);
  switch (kind) {
    case Kind::fail_sync:
      fault.call = Call::sync;
      fault.nth = 1 + below(random, 3);
      fault.code = SQLITE_IOERR_FSYNC;
      break;
    case Kind::fail_truncate:
      fault.call = Call::truncate;
      fault.nth = 1;
      fault.code = SQLITE_IOERR_TRUNCATE;
      break;
    default:
      fault.call = Call::write;
      fault.code = below(random, 2) == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      fault.lasting = below(random, 2) == 0;
      fault.half = below(random, 2) == 0;
      break;
  }
  faulty_ = true;
  fail(fault);
}

void Life::mend() {
  heal();
  // What failed for good stays so until a restart.
  const bool restarts = store_ && storage::is_lasting(store_->health());
  if (restarts) stop();
  faulty_ = false;
  if (restarts) start();
}

}  // namespace rollcall::tests::disk
