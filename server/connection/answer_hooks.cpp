#include "server/connection/answer_hooks.hpp"

#include <bit>

namespace rollcall::server {

void AnswerHooks::begin_run(const RequestFacts& request, unsigned status) noexcept {
  const auto digit = [](unsigned number) { return static_cast<char>('0' + number % 10); };
  const char line[] = {
      'H',          'T', 'T', 'P', '/', '1', '.', '1', ' ', digit(status / 100), digit(status / 10),
      digit(status)};
  begin_run(request, line);
}

void AnswerHooks::begin_run(Code code, Clock::time_point begun) noexcept {
  if (tally_ == nullptr) return;
  Run& run = observer_ == nullptr && cors_ == nullptr && callers_ == 0 ? run_ : told_;
  if (run.code != code || run.begun != begun) {
    keep(run);
    run = {code, begun, 0};
  }
  ++run.count;
}

void AnswerHooks::keep(const Run& run) noexcept {
  if (run.count == 0) return;
  if (kept_ == runs_.size()) count_kept();
  runs_[kept_++] = run;
}

void AnswerHooks::count_kept() noexcept {
  for (std::size_t i = 0; i < kept_; ++i) {
    const Run& run = runs_[i];
    tally_->answered(std::bit_cast<AnswerKind>(run.code), *now_ - run.begun, run.count);
  }
  kept_ = 0;
}

void AnswerHooks::end_turn() noexcept {
  keep(run_);
  keep(told_);
  run_ = told_ = {};
  count_kept();
  if (observer_ != nullptr) observer_->turn_ends(*now_);
}

}  // namespace rollcall::server
