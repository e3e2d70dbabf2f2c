#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "protocol/json/fault.hpp"
#include "protocol/problem.hpp"
#include "storage/user.hpp"

namespace rollcall::server {

/// What became of the lines of one upload, kept until its answer is written. Lines that follow each
/// other and share their fate are one run: users whose ids follow each other too, or lines that are
/// refused for the same. Blank lines between them do not end it if they come at equal distances. A
/// run takes some 6 octets, however many lines it has. Knows no output and no store.
class UploadResults {
 public:
  /// Why lines were refused.
  struct Refusal {
    protocol::Problem problem{};
    protocol::Faults faults{};
    friend bool operator==(const Refusal&, const Refusal&) = default;
  };
  /// Lines from `line` on: users with ids from `id` on, or refused.
  struct Run {
    std::uint64_t line = 0;
    std::uint64_t count = 0;
    storage::UserId id = 0;  ///< 0: refused.
    Refusal refusal{};
    // Blank lines between them.
    std::uint64_t blank = 0;     ///< At each place; 0: there are none.
    std::uint64_t head = 0;      ///< Lines before the first place.
    std::uint64_t together = 0;  ///< And then from place to place; 0: there is one place.

    /// The number of the line that has `index` others before it.
    std::uint64_t line_of(std::uint64_t index) const noexcept;
    /// Adds as many of `more` lines from `first` on, behind all of its own, as go on with it: how
    /// many.
    std::uint64_t take(std::uint64_t first, std::uint64_t more) noexcept;
  };

  /// `all`, which must outlive it, counts the octets of all results of a thread.
  explicit UploadResults(std::size_t& all) noexcept : all_(&all) {}
  UploadResults(UploadResults&& other) noexcept;
  UploadResults& operator=(UploadResults&&) = delete;
  ~UploadResults() { *all_ -= closed_.size(); }

  /// Each line is told once, by rising numbers; one that is not told was blank or not read.
  /// Users: `line` and those behind it, with ids from `id` on.
  void created(std::uint64_t line, storage::UserId id, std::uint64_t count = 1);
  void refused(std::uint64_t line, const Refusal& refusal);

  /// Runs so far.
  std::size_t runs() const noexcept { return runs_ + (last_.count > 0 ? 1 : 0); }
  /// What they take.
  std::size_t octets() const noexcept { return closed_.size(); }
  /// Lines told so far.
  std::uint64_t users() const noexcept { return users_; }
  std::uint64_t refusals() const noexcept { return refusals_; }

  /// Goes through the runs in their order, once; nothing may be told any more.
  class Reader {
   public:
    explicit Reader(const UploadResults& results) noexcept : results_(&results) {}
    /// False behind the last one.
    bool next(Run& run) noexcept;

   private:
    std::uint64_t number() noexcept;

    const UploadResults* results_;
    std::size_t at_ = 0;
    bool last_done_ = false;
    std::uint64_t line_ = 0;  ///< Behind the run before.
    storage::UserId id_ = 0;  ///< Behind the last run of users.
  };

 private:
  void close_last();
  void add(std::uint64_t number);

  std::size_t* all_;
  std::string closed_;  ///< Every run but the last, as numbers of seven bits an octet.
  Run last_;
  std::size_t runs_ = 0;    ///< In closed_.
  std::uint64_t line_ = 0;  ///< Behind the last run in closed_.
  storage::UserId id_ = 0;  ///< Behind the last run of users in closed_.
  std::uint64_t users_ = 0;
  std::uint64_t refusals_ = 0;
};

}  // namespace rollcall::server
