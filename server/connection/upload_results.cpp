#include "server/connection/upload_results.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::server {
namespace {

constexpr unsigned bits_an_octet = 7;
constexpr std::uint64_t more = std::uint64_t{1} << bits_an_octet;
/// Beside the number that a run begins with.
constexpr std::uint64_t is_refused = 1, with_blanks = 2;

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

std::uint64_t UploadResults::Run::line_of(std::uint64_t index) const noexcept {
  if (blank == 0 || index < head) return line + index;
  const std::uint64_t places = 1 + (together == 0 ? 0 : (index - head) / together);
  return line + index + places * blank;
}

std::uint64_t UploadResults::Run::take(std::uint64_t first, std::uint64_t more) noexcept {
  // The first two places where there are blank lines tell where the others are.
  const std::uint64_t missing = first - line_of(count - 1) - 1;
  if (missing > 0 && blank == 0) {
    blank = missing;
    head = count;
  } else if (missing > 0 && together == 0) {
    together = count - head;
  }
  if (first != line_of(count)) return 0;
  const bool known = together > 0;
  const std::uint64_t taken = known ? std::min(more, together - (count - head) % together) : more;
  count += taken;
  return taken;
}

void UploadResults::created(std::uint64_t line, storage::UserId id, std::uint64_t count) {
  users_ += count;
  const bool goes_on = last_.count > 0 && last_.id != 0 && id == last_.id + last_.count;
  const std::uint64_t taken = goes_on ? last_.take(line, count) : 0;
  if (taken == count) return;
  close_last();
  last_ = {.line = line + taken, .count = count - taken, .id = id + taken};
}

void UploadResults::refused(std::uint64_t line, const Refusal& refusal) {
  ++refusals_;
  const bool goes_on = last_.count > 0 && last_.id == 0 && refusal == last_.refusal;
  if (goes_on && last_.take(line, 1) == 1) return;
  close_last();
  last_ = {.line = line, .count = 1, .refusal = refusal};
}

/// A run is: four times the lines before it that no run has, and 2 more if it has blank lines, and
/// 1 more if it is refused; its lines; Run::blank, head and together, if it has blank lines; and
/// then its first id, less the one behind the last run of users, or the problem and the faults.
void UploadResults::close_last() {
  if (last_.count == 0) return;
  const std::size_t before = closed_.size();
  const bool refused = last_.id == 0;
  const bool has_blanks = last_.blank > 0;
  add((last_.line - line_) << 2 | (has_blanks ? with_blanks : 0) | (refused ? is_refused : 0));
  add(last_.count);
  if (has_blanks) {
    add(last_.blank);
    add(last_.head);
    add(last_.together);
  }
  line_ = last_.line_of(last_.count - 1) + 1;
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
  run.line = line_ + (first >> 2);
  run.count = number();
  if ((first & with_blanks) != 0) {
    run.blank = number();
    run.head = number();
    run.together = number();
  }
  line_ = run.line_of(run.count - 1) + 1;
  if ((first & is_refused) != 0) {
    run.refusal.problem = static_cast<protocol::Problem>(number());
    for (protocol::Fault& each : run.refusal.faults) each = static_cast<protocol::Fault>(number());
  } else {
    run.id = id_ + unfold(number());
    id_ = run.id + run.count;
  }
  return true;
}

}  // namespace rollcall::server
