#include "server/connection/upload_results.hpp"

#include <utility>

namespace rollcall::server {
namespace {

constexpr unsigned bits_an_octet = 7;
constexpr std::uint64_t more = std::uint64_t{1} << bits_an_octet;

/// Signed differences as numbers that are small if they are near 0.
std::uint64_t fold(std::uint64_t difference) noexcept {
  return difference << 1 ^ (0 - (difference >> 63));
}
std::uint64_t unfold(std::uint64_t number) noexcept { return number >> 1 ^ (0 - (number & 1)); }

}  // namespace

UploadResults::UploadResults(UploadResults&& other) noexcept
    : all_(other.all_),
      closed_(std::exchange(other.closed_, {})),
      last_(std::exchange(other.last_, {})),
      runs_(std::exchange(other.runs_, 0)),
      line_(other.line_),
      id_(other.id_),
      users_(std::exchange(other.users_, 0)),
      refusals_(std::exchange(other.refusals_, 0)) {}

void UploadResults::created(std::uint64_t line, storage::UserId id, std::uint64_t count) {
  users_ += count;
  const bool goes_on = last_.count > 0 && last_.id != 0 && line == last_.line + last_.count &&
                       id == last_.id + last_.count;
  if (goes_on) {
    last_.count += count;
    return;
  }
  close_last();
  last_ = {line, count, id, {}};
}

void UploadResults::refused(std::uint64_t line, const Refusal& refusal) {
  ++refusals_;
  const bool goes_on = last_.count > 0 && last_.id == 0 && line == last_.line + last_.count &&
                       refusal == last_.refusal;
  if (goes_on) {
    ++last_.count;
    return;
  }
  close_last();
  last_ = {line, 1, 0, refusal};
}

/// A run is: twice the lines before it that no run has, and 1 more if it is refused; its lines; and
/// then its first id, less the one behind the last run of users, or the problem and the faults.
void UploadResults::close_last() {
  if (last_.count == 0) return;
  const std::size_t before = closed_.size();
  const bool refused = last_.id == 0;
  add((last_.line - line_) << 1 | (refused ? 1 : 0));
  add(last_.count);
  line_ = last_.line + last_.count;
  if (refused) {
    add(static_cast<std::uint64_t>(last_.refusal.problem));
    for (const protocol::Fault each : last_.refusal.faults) add(static_cast<std::uint64_t>(each));
  } else {
    add(fold(last_.id - id_));
    id_ = last_.id + last_.count;
  }
  ++runs_;
  *all_ += closed_.size() - before;
}

void UploadResults::add(std::uint64_t number) {
  for (; number >= more; number >>= bits_an_octet) {
    closed_.push_back(static_cast<char>(number % more | more));
  }
  closed_.push_back(static_cast<char>(number));
}

std::uint64_t UploadResults::Reader::number() noexcept {
  std::uint64_t number = 0;
  for (unsigned shift = 0;; shift += bits_an_octet) {
    const auto octet = static_cast<unsigned char>(results_->closed_[at_++]);
    number |= std::uint64_t{octet % more} << shift;
    if (octet < more) return number;
  }
}

bool UploadResults::Reader::next(Run& run) noexcept {
  if (at_ == results_->closed_.size()) {
    if (last_done_ || results_->last_.count == 0) return false;
    last_done_ = true;
    run = results_->last_;
    return true;
  }
  run = {};
  const std::uint64_t first = number();
  run.line = line_ + (first >> 1);
  run.count = number();
  line_ = run.line + run.count;
  if ((first & 1) != 0) {
    run.refusal.problem = static_cast<protocol::Problem>(number());
    for (protocol::Fault& each : run.refusal.faults) each = static_cast<protocol::Fault>(number());
  } else {
    run.id = id_ + unfold(number());
    id_ = run.id + run.count;
  }
  return true;
}

}  // namespace rollcall::server
