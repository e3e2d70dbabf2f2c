#include "server/connection/output.hpp"

#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "protocol/answer.hpp"

namespace rollcall::server {

/// What is done but for the run.
void Output::finish(const RequestFacts& request, std::size_t before) {
  add_fields(request, before);
  report(request, before);
  hooks_.begin_run(request, buffer_->data() + before);
}

/// Behind the status line of the answer that begins at `before`.
void Output::add_fields(const RequestFacts& request, std::size_t before) {
  const protocol::Cors* const cors = hooks_.cors();
  if (cors == nullptr) return;
  const bool preflight = request.action == protocol::Action::preflight;
  const std::string_view fields =
      preflight ? cors->preflight_fields(request.origin) : cors->fields(request.origin);
  protocol::OutputBuffer& into = *buffer_;
  into.reserve(fields.size());
  const std::string_view answer(into.data() + before, into.size() - before);
  const std::size_t place = answer.find('\r');
  char* const at = into.at(before + place);
  std::memmove(at + fields.size(), at, answer.size() - place);
  std::memcpy(at, fields.data(), fields.size());
  into.commit(fields.size());
}

/// The status is that of the octets: what the client will see.
void Output::report(const RequestFacts& request, std::size_t before) const noexcept {
  AnswerObserver* const observer = hooks_.observer();
  if (observer == nullptr) return;
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::size_t digits = 3;
  const char* const status = buffer_->data() + before + version.size();
  AnswerRecord record{0, request, buffer_->size() - before, true};
  std::from_chars(status, status + digits, record.status);
  observer->answered(record);
}

void Output::end(const Stream& stream, bool whole) noexcept {
  if (AnswerObserver* const observer = hooks_.observer()) {
    observer->answered({stream.status, stream.request, stream.octets, whole});
  }
  hooks_.begin_run(stream.request, stream.status);
}

void Output::write_continue() {
  protocol::write_continue(buffer());
  interim_octets_ = buffer_->size();
}

Output::Sent Output::send(Transport& transport) noexcept {
  Sent sent = Sent::nothing;
  while (buffer_) {
    const std::size_t octets = interim_octets_ > 0 ? interim_octets_ : buffer_->size();
    const Transport::Result result = transport.write({buffer_->data(), octets});
    if (result.outcome == Transport::Outcome::broken) return Sent::broken;
    if (result.outcome == Transport::Outcome::wait) return sent;
    sent = Sent::some;
    buffer_->consume(result.octets);
    if (interim_octets_ > 0) interim_octets_ -= result.octets;
    if (buffer_->size() == 0) drop();
  }
  return sent;
}

void Output::drop() noexcept {
  interim_octets_ = 0;
  if (buffer_) buffers_.give_back(std::move(buffer_));
}

}  // namespace rollcall::server
