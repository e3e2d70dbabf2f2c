#include "server/connection/intake.hpp"

#include <utility>

namespace rollcall::server {

using protocol::RequestParser;

void IncomingRequest::tell(RequestFacts& facts) const noexcept {
  const protocol::Request& request = head();
  const bool named = request.accepted.lines != protocol::Accepted::not_named;
  facts.begun = begun;
  facts.action = route.action;
  facts.resource = route.resource;
  facts.method = request.method;
  facts.http11 = request.http11;
  facts.lines = named ? request.accepted.lines_type : request.sent_lines;
  facts.origin = request.origin;
  facts.keep_alive = request.keep_alive;
}

Intake::Room Intake::room(std::array<char, receive_octets>& shared) {
  if (!rest_) return {shared.data(), shared.size()};
  // What is not parsed is less than a header, or nothing would be received.
  const std::size_t octets = receive_octets - rest_->size();
  rest_->reserve(octets);
  return {rest_->tail(), octets};
}

std::string_view Intake::received(const Room& room, std::size_t octets) noexcept {
  if (!rest_) return {room.at, octets};
  rest_->commit(octets);
  return rest();
}

std::string_view Intake::rest() const noexcept {
  return rest_ ? std::string_view(rest_->data(), rest_->size()) : std::string_view();
}

void Intake::consumed(std::string_view octets, std::size_t used) {
  if (rest_) {
    rest_->consume(used);
    if (rest_->size() == 0) buffers_.give_back(std::move(rest_));
  } else if (used < octets.size()) {
    rest_ = buffers_.take();
    rest_->append(octets.substr(used));
  }
}

Intake::Step Intake::read(std::string_view octets, Clock::time_point now) {
  if (stage_ == Stage::upload) return read_upload(octets);
  if (!request_) {
    request_ = requests_.take();
    request_->parser.emplace(site_, &request_->caller);
  }
  RequestParser& parser = *request_->parser;
  const RequestParser::Result result = parser.read(octets);
  if (stage_ == Stage::between) {
    request_->begun = now;
    // An empty line before a request is none of it.
    if (parser.started()) stage_ = Stage::header;
  }
  switch (result.progress) {
    case RequestParser::Progress::need_more:
      if (!parser.head_done()) request_->route = {};
      if (stage_ == Stage::body && !octets.empty()) wants_continue_ = false;
      return {result.consumed, Event::need_more};
    case RequestParser::Progress::head:
      on_head();
      return {result.consumed, Event::head};
    case RequestParser::Progress::complete:
      wants_continue_ = false;
      return {result.consumed, Event::whole};
    case RequestParser::Progress::failed:
      break;
  }
  if (!parser.head_done()) request_->route = {};
  return {result.consumed, Event::failed};
}

void Intake::on_head() {
  stage_ = Stage::body;
  const protocol::Request& head = request_->head();
  request_->route = protocol::route(head);
  wants_continue_ = head.expects_continue && head.has_body;
  if (!takes_user(request_->route.action)) return;
  if (!request_->reader) request_->reader = std::make_unique<protocol::UserReader>();
  request_->reader->reset();
  request_->parser->read_body_into(request_->reader.get());
}

void Intake::begin_upload(protocol::BodySink& sink) noexcept {
  stage_ = Stage::upload;
  wants_continue_ = false;
  request_->parser->read_body_into(&sink);
}

/// In small pieces, so that what is passed on stays near its bound.
Intake::Step Intake::read_upload(std::string_view octets) {
  RequestParser& parser = *request_->parser;
  const std::string_view piece = octets.substr(0, upload_piece_octets);
  RequestParser::Result result = parser.read(piece);
  const auto stuck = [&] {
    return result.progress == RequestParser::Progress::need_more && result.consumed == 0;
  };
  if (stuck() && piece.size() < octets.size()) result = parser.read(octets);
  switch (result.progress) {
    case RequestParser::Progress::complete:
      return {result.consumed, Event::whole};
    case RequestParser::Progress::failed:
      return {result.consumed, Event::failed};
    default:
      return {result.consumed, stuck() ? Event::need_more : Event::piece};
  }
}

void Intake::finish_request() noexcept {
  stage_ = Stage::between;
  wants_continue_ = false;
  if (!request_) return;
  request_->parser.reset();
  requests_.give_back(std::move(request_));
}

void Intake::clear() noexcept {
  finish_request();
  if (rest_) buffers_.give_back(std::move(rest_));
}

}  // namespace rollcall::server
