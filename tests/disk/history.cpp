#include "tests/disk/history.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "storage/open_store.hpp"
#include "tests/disk/model.hpp"
#include "tests/support/temporary_directory.hpp"

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

/// One program's reading transaction.
class Reader {
 public:
  explicit Reader(const std::string& path) {
    sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr);
    run("BEGIN");
    users_ = integer("SELECT count(*) FROM users");
    largest_ = integer("SELECT coalesce(max(id), 0) FROM users");
  }
  ~Reader() { sqlite3_close(database_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// False if it sees anything else, or nothing.
  bool sees(const Model& model) const {
    const UserId largest = model.users.empty() ? 0 : model.users.rbegin()->first;
    return users_ == static_cast<std::int64_t>(model.users.size()) &&
           largest_ == static_cast<std::int64_t>(largest);
  }

 private:
  void run(const char* sql) { sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }
  std::int64_t integer(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    std::int64_t value = -1;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return value;
  }

  sqlite3* database_ = nullptr;
  std::int64_t users_ = -1;
  std::int64_t largest_ = -1;
};

/// One store's life, from disk to disk.
class Life {
 public:
  Life(int checkpoint_frames, Lie lie) {
    options_.checkpoint_frames = checkpoint_frames;
    reset();
    disk::lie(lie);
    directory_ = std::make_unique<TemporaryDirectory>();
    start();
  }
  ~Life() {
    reader_.reset();
    stop();
    reset();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  void take(const Step& step) {
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

  const std::string& problem() const noexcept { return problem_; }

 private:
  std::string path() const { return directory_->file("a.db"); }

  void start() {
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

  void stop() {
    if (!store_) return;
    std::string error;
    const bool closed = store_->close(error);
    if (!closed && !faulty_ && problem_.empty()) problem_ = "does not close: " + error;
    store_.reset();
  }

  void write(const std::vector<Write>& batch) {
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

  void check_reader(const Reader& reader) {
    if (problem_.empty() && !faulty_ && !reader.sees(model_)) {
      problem_ = "a reader sees other users than were acknowledged";
    }
  }

  /// The process ends, within a batch or between two; the disk may lose power with it.
  void crash(Random& random, bool loses_power) {
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
  void go_on_from(std::unique_ptr<TemporaryDirectory> next, const std::vector<Write>& batch) {
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
  void finish_start() {
    if (!problem_.empty()) return;
    Random random(model_.largest);
    write(retries(random));
    write(creates(random, 1, 20));
  }

  User make_user(Random& random, std::size_t most) {
    return {text(random, most), text(random, most),
            "u" + std::to_string(next_email_++) + "@example.com"};
  }

  std::vector<Write> creates(Random& random, std::uint64_t count, std::size_t most) {
    std::vector<Write> batch(count);
    for (Write& each : batch) each.user = make_user(random, most);
    return batch;
  }

  std::vector<Write> retries(Random& random) {
    std::vector<Write> batch;
    for (const auto& [key, keyed] : model_.keys) {
      if (batch.size() < 8 && below(random, 2) == 0) {
        batch.push_back({Verb::create, 0, keyed.user, key});
      }
    }
    return batch;
  }

  std::vector<Write> small_batch(Random& random) {
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
        default:
          break;
      }
      batch.push_back(std::move(write));
    }
    return batch;
  }

  void fail_next(Kind kind, Random& random) {
    if (kind == Kind::heal) {
      heal();
      // What failed for good stays so until a restart.
      if (store_ && storage::is_lasting(store_->health())) {
        stop();
        faulty_ = false;
        return start();
      }
      faulty_ = false;
      return;
    }
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

  storage::StoreOptions options_;
  std::unique_ptr<TemporaryDirectory> directory_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Reader> reader_;
  Model model_;
  std::uint64_t next_email_ = 0;
  std::uint64_t next_key_ = 0;
  bool faulty_ = false;  ///< A fault was asked for, and not healed since.
  std::string problem_;
};

struct Weight {
  Kind kind;
  unsigned share;
};

constexpr Weight weights[] = {
    {Kind::small_batch, 30}, {Kind::large_batch, 8}, {Kind::huge_batch, 3},
    {Kind::retry, 5},        {Kind::open_reader, 7}, {Kind::close_reader, 6},
    {Kind::restart, 5},      {Kind::kill, 6},        {Kind::lose_power, 14},
    {Kind::fail_sync, 5},    {Kind::fail_write, 5},  {Kind::fail_truncate, 2},
    {Kind::heal, 6},
};

constexpr const char* names[Step::kinds] = {
    "small_batch",  "large_batch",   "huge_batch", "retry",      "open_reader",
    "close_reader", "restart",       "kill",       "lose_power", "fail_sync",
    "fail_write",   "fail_truncate", "heal"};

/// Orders of events that real failures had, or that are close to them.
const std::vector<Kind> motifs[] = {
    // A sync fails while a reader keeps the log from being restarted; then a stop, a start.
    {Kind::small_batch, Kind::open_reader, Kind::fail_sync, Kind::small_batch, Kind::restart,
     Kind::small_batch, Kind::lose_power},
    // The disk is full within a batch, and has space again.
    {Kind::large_batch, Kind::fail_write, Kind::large_batch, Kind::small_batch, Kind::heal,
     Kind::small_batch, Kind::lose_power},
    // A reader stays while the log grows, and leaves.
    {Kind::open_reader, Kind::large_batch, Kind::large_batch, Kind::close_reader, Kind::small_batch,
     Kind::small_batch, Kind::lose_power},
    // What a crash left is copied, and the copying fails.
    {Kind::large_batch, Kind::kill, Kind::fail_sync, Kind::restart, Kind::small_batch, Kind::heal,
     Kind::small_batch, Kind::lose_power},
    {Kind::small_batch, Kind::fail_sync, Kind::small_batch, Kind::fail_truncate, Kind::kill,
     Kind::small_batch, Kind::retry, Kind::lose_power},
};

Kind random_kind(Random& random) {
  unsigned sum = 0;
  for (const Weight& each : weights) sum += each.share;
  std::uint64_t at = below(random, sum);
  const Weight* chosen = weights;
  while (at >= chosen->share) at -= chosen++->share;
  return chosen->kind;
}

}  // namespace

History make_history(std::uint64_t seed) {
  Random random(seed);
  constexpr int frames[] = {3, 12, storage::default_checkpoint_frames};
  History history{frames[below(random, 3)], {}};
  for (std::uint64_t parts = 1 + below(random, 3); parts > 0; --parts) {
    for (std::uint64_t more = below(random, 4); more > 0; --more) {
      history.steps.push_back({random_kind(random), random()});
    }
    for (const Kind kind : motifs[below(random, std::size(motifs))]) {
      if (below(random, 8) != 0) history.steps.push_back({kind, random()});
    }
  }
  history.steps.push_back({Kind::lose_power, random()});
  return history;
}

std::optional<std::string> live(const History& history, Lie lie) {
  Life life(history.checkpoint_frames, lie);
  for (const Step& each : history.steps) {
    life.take(each);
    if (!life.problem().empty()) return life.problem();
  }
  return std::nullopt;
}

History shrink(History history, const std::function<bool(const History&)>& is_bad) {
  for (std::size_t size = history.steps.size() / 2; size > 0; size /= 2) {
    for (std::size_t at = 0; at + size <= history.steps.size();) {
      History fewer = history;
      const auto begin = fewer.steps.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
      if (is_bad(fewer)) {
        history = std::move(fewer);
      } else {
        at += size;
      }
    }
  }
  return history;
}

std::string text_of(const History& history) {
  std::string text = "checkpoint_frames " + std::to_string(history.checkpoint_frames) + "\n";
  for (const Step& each : history.steps) {
    text += std::string(names[static_cast<int>(each.kind)]) + " " + std::to_string(each.seed);
    text += "\n";
  }
  return text;
}

}  // namespace rollcall::tests::disk
