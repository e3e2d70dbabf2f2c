#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/open_store.hpp"
#include "tests/disk/history.hpp"
#include "tests/disk/model.hpp"
#include "tests/disk/reader.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::tests::disk {

/// One store's life, from disk to disk, held against a model.
class Life {
 public:
  /// Starts on an empty disk, of which `fault` hits a call from the first one on.
  explicit Life(int checkpoint_frames, Lie lie = Lie::none, const std::optional<Fault>& fault = {});
  ~Life();
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  void take(const Step& step);
  /// The first thing that must not be; empty if all is well.
  const std::string& problem() const noexcept { return problem_; }

 private:
  std::string path() const { return directory_->file("a.db"); }
  void start();
  void stop();
  void write(const std::vector<Write>& batch);
  void check_reader(const Reader& reader);
  void crash(Random& random, bool loses_power);
  void go_on_from(std::unique_ptr<TemporaryDirectory> next, const std::vector<Write>& batch);
  void finish_start();
  User make_user(Random& random, std::size_t most);
  std::vector<Write> creates(Random& random, std::uint64_t count, std::size_t most);
  std::vector<Write> retries(Random& random);
  std::vector<Write> small_batch(Random& random);
  void add_lines(Random& random, std::vector<Write>& batch);
  void fail_next(Step::Kind kind, Random& random);
  void mend();

  storage::StoreOptions options_;
  std::unique_ptr<TemporaryDirectory> directory_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Reader> reader_;
  Model model_;
  std::uint64_t next_email_ = 0;
  std::uint64_t next_key_ = 0;
  std::uint64_t upload_ = 0;
  bool faulty_ = false;  ///< A fault was asked for, and not healed since.
  std::string problem_;
};

}  // namespace rollcall::tests::disk
