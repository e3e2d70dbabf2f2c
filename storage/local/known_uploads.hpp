#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/digest.hpp"
#include "storage/idempotency_key.hpp"
#include "storage/local/journal.hpp"
#include "storage/local/kept_runs.hpp"
#include "storage/store.hpp"

namespace rollcall::storage {

/// What lines of uploads were created under which idempotency key: KnownKeys' half for uploads,
/// which numbers and dates what is here and says when it is to be forgotten. A run of lines takes
/// some 140 octets. One thread at a time.
class KnownUploads {
 public:
  using Digest = TextDigester::Digest;
  /// Names a run.
  struct Place {
    Digest digest;       ///< Of the key.
    std::uint64_t line;  ///< The run's first.
  };
  /// What a run, or what was added to it, is dated with.
  struct Stamp {
    std::uint64_t number;
    std::int64_t created_at;
  };

  bool empty() const noexcept { return uploads_.empty(); }
  /// An upload with the key is open, or has a run from `since` or later.
  bool knows(const Digest& digest, std::int64_t since) const;

  /// Opens the upload with `key.text`: false if it is open already. Gives the runs from `since` or
  /// later.
  bool open(IdempotencyKey& key, const Digest& digest, std::int64_t since);
  /// At the end of the batch: until then, what the batch has of it could not be given.
  void close(std::uint64_t upload) { closed_.push_back(upload); }

  /// A line of an open upload is part of the batch. True if it goes on with the run of the line
  /// that was added before it; otherwise `stamp_run()` has to say what its run is dated with.
  bool add(const WriteOperation& line);
  /// The run that add() has just begun. Where it is.
  Place stamp_run(const Stamp& stamp);
  /// The runs of the batch, as a journal keeps them.
  const std::vector<StoredKey>& batch() const noexcept { return batch_; }

  /// A run of the batch was kept, `at` as stamp_run() has said. To be called for each, by rising
  /// numbers, and then end_batch(). If it goes on where the run `latest` ends, of the same second,
  /// the two become one, with the number of this one: then `latest` is returned.
  Place keep(const Place& at, const std::optional<Place>& latest);
  /// The batch is not kept: what it opened is closed. Ends the batch.
  void drop();
  void end_batch();

  /// What a journal kept. Otherwise as keep().
  Place load(const StoredKey& run, const Digest& digest, const std::optional<Place>& latest);
  /// Forgets a run, unless it has been kept anew since it had that number.
  void forget(const Place& at, std::uint64_t number);

 private:
  struct Upload {
    KeptRuns runs;
    bool is_open = false;
  };
  struct Open {
    Digest digest;
    std::string text;
  };

  void close_now(std::uint64_t upload);
  Place insert(const Digest& digest, const StoredKey& run, const std::optional<Place>& latest);

  boost::unordered_flat_map<Digest, Upload, TextDigester::Hash> uploads_;
  std::map<std::uint64_t, Open> open_;  ///< By IdempotencyKey::upload.
  std::uint64_t last_upload_ = 0;
  // Of the batch.
  std::vector<StoredKey> batch_;
  std::vector<std::uint64_t> opened_;
  std::vector<std::uint64_t> closed_;
  std::uint64_t run_of_ = 0;   ///< The upload that the last run of batch_ is of.
  std::size_t kept_runs_ = 0;  ///< Of batch_.
};

}  // namespace rollcall::storage
