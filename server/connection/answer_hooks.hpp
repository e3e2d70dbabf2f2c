#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "protocol/http/cors.hpp"
#include "server/clock.hpp"
#include "server/connection/answer_observer.hpp"
#include "server/connection/tally.hpp"
#include "server/limits.hpp"

namespace rollcall::server {

/// What is done with every answer of a thread. Answers are counted in runs: what one turn reads and
/// answers is mostly of one kind, so that an answer costs two comparisons and no look at a clock.
class AnswerHooks {
 public:
  AnswerHooks() = default;
  /// `observer` is told of each; `cors` adds its fields. Each may be null, and must outlive this.
  AnswerHooks(AnswerObserver* observer, const protocol::Cors* cors) noexcept
      : observer_(observer), cors_(cors) {}
  /// `tally` counts them; `now` is the turn's clock. Both must outlive this.
  void count_by(Tally& tally, const Clock::time_point& now) noexcept {
    tally_ = &tally;
    now_ = &now;
  }

  AnswerObserver* observer() const noexcept { return observer_; }
  const protocol::Cors* cors() const noexcept { return cors_; }

  /// The answer at `octets` is written. True if that is all: it is one more of the same run. If
  /// not, what else is to be done with it is, and then begin_run().
  bool joins_run(const RequestFacts& request, const char* octets) noexcept {
    if (run_.code != code_of(request, octets) || run_.begun != request.begun) return false;
    ++run_.count;
    return true;
  }
  void begin_run(const RequestFacts& request, const char* octets) noexcept {
    begin_run(code_of(request, octets), request.begun);
  }
  /// The same for an answer in parts, whose status is `status`.
  void begin_run(const RequestFacts& request, unsigned status) noexcept;
  /// A request with a Caller is to be answered as a whole: until it is, no answer joins a run, so
  /// that joins_run() need not look at that.
  void expect_caller() noexcept {
    ++callers_;
    keep(run_);
    run_ = {};
  }
  /// It is answered, or will not be.
  void lose_caller() noexcept { --callers_; }
  void refused(protocol::Problem problem) noexcept {
    if (tally_ != nullptr) tally_->refused(problem);
  }
  void closed(CloseReason reason) noexcept {
    if (tally_ != nullptr) tally_->closed(reason);
  }
  /// Counts what the turn has answered: it is over at the time of the turn's clock.
  void end_turn() noexcept;

 private:
  using Code = std::uint64_t;  ///< The octets of an AnswerKind.
  struct Run {
    Code code = 0;  ///< 0 is none.
    Clock::time_point begun{};
    std::uint64_t count = 0;
  };

  static Code code_of(const RequestFacts& request, const char* octets) noexcept {
    constexpr std::size_t before_status = 8;  // "HTTP/1.1"
    std::uint32_t halves[2];
    std::memcpy(&halves[0], octets + before_status, sizeof halves[0]);
    std::memcpy(&halves[1], &request.action, sizeof halves[1]);
    return Code{halves[1]} << 32 | halves[0];
  }
  void begin_run(Code code, Clock::time_point begun) noexcept;
  void keep(const Run& run) noexcept;
  void count_kept() noexcept;

  Run run_;   ///< What others may join.
  Run told_;  ///< What none may: more is to be done with each answer.
  AnswerObserver* observer_ = nullptr;
  const protocol::Cors* cors_ = nullptr;
  Tally* tally_ = nullptr;
  const Clock::time_point* now_ = nullptr;
  std::size_t callers_ = 0;  ///< Expected.
  std::size_t kept_ = 0;
  std::array<Run, max_answer_runs> runs_;
};

static_assert(sizeof(AnswerKind) == sizeof(std::uint64_t));
static_assert(offsetof(RequestFacts, resource) == offsetof(RequestFacts, action) + 1 &&
                  offsetof(RequestFacts, method) == offsetof(RequestFacts, action) + 2 &&
                  offsetof(RequestFacts, http11) == offsetof(RequestFacts, action) + 3,
              "code_of() reads these four octets at once");

}  // namespace rollcall::server
