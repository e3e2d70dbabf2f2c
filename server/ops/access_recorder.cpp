#include "server/ops/access_recorder.hpp"

#include <sys/random.h>

#include <algorithm>

namespace rollcall::server {

IdMint::Id IdMint::mint() noexcept {
  if (used_ + random_octets > random_.size()) {
    // So few octets come whole, and at once (getrandom(2)): the machine has started long ago.
    std::size_t got = 0;
    while (got < random_.size()) {
      const ssize_t more = ::getrandom(random_.data() + got, random_.size() - got, 0);
      if (more > 0) got += static_cast<std::size_t>(more);
    }
    used_ = 0;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  Id id;
  for (std::size_t i = 0; i < random_octets; ++i) {
    const unsigned char octet = random_[used_++];
    id[2 * i] = digits[octet >> 4U];
    id[2 * i + 1] = digits[octet & 0xfU];
  }
  return id;
}

bool AccessRecorder::wants(unsigned status) noexcept {
  constexpr unsigned first_error = 400;
  switch (which_) {
    case AccessLogging::off:
      return false;
    case AccessLogging::errors:
      return status >= first_error;
    case AccessLogging::sampled:
      return seen_++ % sample_ == 0;
    case AccessLogging::all:
      break;
  }
  return true;
}

void AccessRecorder::begins(unsigned status, protocol::Caller& caller) noexcept {
  caller.is_noted = wants(status);
  if (!caller.is_noted) return;
  // What is dropped costs no id.
  if (!ring_.has_room()) {
    caller.is_noted = false;
    return dropped_.add(1);
  }
  if (!caller.id().empty()) return;
  const IdMint::Id id = ids_.mint();
  caller.set_id({id.data(), id.size()});
}

void AccessRecorder::answered(const AnswerRecord& answer) noexcept {
  const protocol::Caller* const caller = answer.request.caller;
  const bool broken = which_ == AccessLogging::errors && !answer.whole;
  if (!broken && !(caller != nullptr ? caller->is_noted : wants(answer.status))) return;
  AccessRecord* const record = ring_.add();
  if (record == nullptr) return dropped_.add(1);
  record->begun = answer.request.begun;
  record->octets_out = answer.octets;
  record->status = static_cast<std::uint16_t>(answer.status);
  record->method = answer.request.method;
  record->resource = answer.request.resource;
  record->whole = answer.whole;
  record->octets_in = caller == nullptr ? 0 : caller->octets_in;
  record->client = caller == nullptr ? std::nullopt : caller->client;
  record->trace = caller == nullptr ? std::nullopt : caller->trace();
  const std::string_view id = caller == nullptr ? "" : caller->id();
  record->id_octets = static_cast<std::uint8_t>(id.size());
  std::copy(id.begin(), id.end(), record->id_text.begin());
}

}  // namespace rollcall::server
