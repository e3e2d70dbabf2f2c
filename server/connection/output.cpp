#include "server/connection/output.hpp"

#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "protocol/answer.hpp"

namespace rollcall::server {

namespace {

/// That of the answer at `octets`: what the client will see.
unsigned status_at(const char* octets) noexcept {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::size_t digits = 3;
  const char* const text = octets + version.size();
  unsigned status = 0;
  std::from_chars(text, text + digits, status);
  return status;
}

}  // namespace

/// What is done but for the run.
void Output::finish(RequestFacts& request, std::size_t before) {
  AnswerObserver* const observer = hooks_.observer();
  const unsigned status = observer == nullptr ? 0 : status_at(buffer_->data() + before);
  add_fields(request, status, before);
  if (observer != nullptr) {
    observer->answered({status, request, buffer_->size() - before, true});
  }
  hooks_.begin_run(request, buffer_->data() + before);
  if (std::exchange(request.caller, nullptr) != nullptr) hooks_.lose_caller();
}

/// Behind the status line of the answer that begins at `before`.
void Output::add_fields(const RequestFacts& request, unsigned status, std::size_t before) {
  AnswerObserver* const observer = hooks_.observer();
  if (observer != nullptr && request.caller != nullptr) observer->begins(status, *request.caller);
  const std::string_view id = request.caller == nullptr ? "" : request.caller->id();
  const std::string_view id_name = id.empty() ? "" : protocol::request_id_field;
  std::string_view cors_fields;
  if (const protocol::Cors* const cors = hooks_.cors()) {
    const bool preflight = request.action == protocol::Action::preflight;
    cors_fields = preflight ? cors->preflight_fields(request.origin) : cors->fields(request.origin);
  }
  const std::size_t octets = id_name.size() + id.size() + cors_fields.size();
  if (octets == 0) return;
  protocol::OutputBuffer& into = *buffer_;
  into.reserve(octets);
  const std::string_view answer(into.data() + before, into.size() - before);
  const std::size_t place = answer.find('\r');
  char* at = into.at(before + place);
  std::memmove(at + octets, at, answer.size() - place);
  for (const std::string_view each : {id_name, id, cors_fields}) {
    at += each.copy(at, each.size());
  }
  into.commit(octets);
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
