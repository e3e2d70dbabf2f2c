#include "server/admission.hpp"

#include <algorithm>
#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {

void Admission::wait_for_room(Guest& guest) {
  if (waits(guest)) return;
  guest.line_ = guest.let_on_ ? Guest::Line::passed_over : Guest::Line::crowded_out;
  (guest.let_on_ ? passed_over_ : crowded_out_).push_back(&guest);
}

void Admission::set_unread(Guest& guest, std::size_t octets, bool took, Clock::time_point now) {
  const std::size_t before = guest.unread_;
  unread_ = unread_ - before - std::exchange(guest.reserved_, 0) + octets;
  guest.unread_ = octets;
  if (took || before == 0) guest.unread_since_ = now;
  if (before == 0 && octets > 0) hold(guest);
  if (before > 0 && octets == 0) let_go(guest);
  if (unread_ > max_unread_octets) make_way();
}

void Admission::hold(Guest& guest) {
  guest.place_ = static_cast<std::uint32_t>(holders_.size());
  holders_.push_back(&guest);
}

void Admission::let_go(Guest& guest) {
  holders_[guest.place_] = holders_.back();
  holders_[guest.place_]->place_ = guest.place_;
  holders_.pop_back();
}

/// Whoever gives way leaves.
void Admission::make_way() {
  while (unread_ > max_unread_octets && !holders_.empty()) {
    const auto largest = std::max_element(
        holders_.begin(), holders_.end(),
        [](const Guest* left, const Guest* right) { return left->unread_ < right->unread_; });
    (*largest)->give_way();
  }
}

bool Admission::fits(const Guest& guest, std::size_t octets, std::size_t more) const noexcept {
  if (octets + more <= max_unsent_octets) return true;
  const std::size_t others = unread_ - guest.unread_ - guest.reserved_;
  return others + octets + more <= max_large_unread_octets;
}

void Admission::wait_to_write(Guest& guest, std::size_t more) {
  if (waits(guest)) return;
  guest.line_ = Guest::Line::unread;
  guest.wanted_ = more;
  writers_.push_back(&guest);
}

bool Admission::begin_listing() {
  if (listings_ >= max_listings) {
    if (deferred_.empty()) return false;
    deferred_.front()->give_way();
  }
  ++listings_;
  return true;
}

void Admission::defer_listing(Guest& guest) {
  if (std::exchange(guest.deferred_, true)) return;
  deferred_.push_back(&guest);
}

void Admission::stop_deferring(Guest& guest) {
  if (std::exchange(guest.deferred_, false)) std::erase(deferred_, &guest);
}

void Admission::stop_waiting(Guest& guest) {
  switch (std::exchange(guest.line_, Guest::Line::none)) {
    case Guest::Line::none:
      break;
    case Guest::Line::passed_over:
      std::erase(passed_over_, &guest);
      break;
    case Guest::Line::crowded_out:
      std::erase(crowded_out_, &guest);
      break;
    case Guest::Line::unread:
      std::erase(writers_, &guest);
      break;
  }
}

void Admission::leave(Guest& guest) {
  stop_waiting(guest);
  stop_deferring(guest);
  if (guest.unread_ > 0) let_go(guest);
  unread_ -= std::exchange(guest.unread_, 0) + std::exchange(guest.reserved_, 0);
}

void Admission::end_turn(bool store_has_room) {
  if (!writers_.empty()) let_on_to_write();
  if (store_has_room && !(passed_over_.empty() && crowded_out_.empty())) let_on_for_room();
}

/// Not only the first: one whose own client has read goes on whatever others hold.
void Admission::let_on_to_write() {
  std::vector<Guest*> going;
  std::erase_if(writers_, [&](Guest* each) {
    if (!fits(*each, each->unread_, each->wanted_)) return false;
    each->line_ = Guest::Line::none;
    each->reserved_ = each->wanted_;
    unread_ += each->wanted_;
    going.push_back(each);
    return true;
  });
  for (Guest* const each : going) each->go_on();
}

void Admission::let_on_for_room() {
  std::vector<Guest*> going = std::exchange(passed_over_, {});
  going.insert(going.end(), crowded_out_.begin(), crowded_out_.end());
  crowded_out_.clear();
  for (Guest* const each : going) {
    each->line_ = Guest::Line::none;
    each->let_on_ = true;
    each->go_on();
  }
}

void Admission::on_tick(Clock::time_point now) {
  if (writers_.empty()) return;
  Guest* largest = nullptr;
  for (Guest* const each : holders_) {
    if (each->unread_ <= max_unsent_octets || now - each->unread_since_ < max_unread_wait) continue;
    if (largest == nullptr || each->unread_ > largest->unread_) largest = each;
  }
  if (largest != nullptr) largest->give_way();
}

}  // namespace rollcall::server
