#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "protocol/http/request_parser.hpp"
#include "protocol/json/user_reader.hpp"
#include "server/buffers.hpp"
#include "server/connection/answer_observer.hpp"
#include "server/limits.hpp"
#include "server/pool.hpp"

namespace rollcall::server {

/// A request that is being read, and all that is known of it: it dies with its last octet, or when
/// it is answered. Lent by the thread's pool.
struct IncomingRequest {
  std::unique_ptr<protocol::Caller> caller;  ///< Request::caller's; kept for others.
  std::optional<protocol::RequestParser> parser;
  protocol::Route route;  ///< Once the head is read.
  Clock::time_point begun{};
  std::unique_ptr<protocol::UserReader> reader;  ///< Null before its first user; kept for others.

  const protocol::Request& head() const noexcept { return parser->request(); }
  RequestFacts facts() const noexcept {
    RequestFacts facts;
    tell(facts);
    return facts;
  }
  /// The same, put where they stay: g++ packs what it returns octet by octet into registers.
  void tell(RequestFacts& facts) const noexcept;
};

/// Octets to requests, one at a time, and of each its body to where its route says. Keeps octets
/// only as long as they can't be parsed. Knows no socket and no answer.
class Intake {
 public:
  enum class Event : std::uint8_t {
    need_more,  ///< Nothing but more octets helps.
    head,       ///< request().route is set; no octet of the body was read. read() again.
    piece,      ///< Some of an upload was read. read() again.
    whole,      ///< The request was read to its end.
    failed,     ///< request().parser->problem() says why. No request can be read behind it.
  };
  struct Step {
    std::size_t consumed;
    Event event;
  };
  /// Where octets are to be received.
  struct Room {
    char* at;
    std::size_t octets;
  };

  /// `site` may be null; see RequestParser.
  Intake(Buffers& buffers, Pool<IncomingRequest>& requests,
         const protocol::Site* site = nullptr) noexcept
      : buffers_(buffers), requests_(requests), site_(site) {}

  // What is received and not parsed yet. What is not parsed is kept, and comes first the next time.
  /// Room for more octets: in `shared` if nothing is kept.
  Room room(std::array<char, receive_octets>& shared);
  /// `octets` were received at `room`: all that is to be parsed now.
  std::string_view received(const Room& room, std::size_t octets) noexcept;
  /// All that is kept.
  std::string_view rest() const noexcept;
  /// Of `octets`, which received() or rest() has given, the first `used` were parsed.
  void consumed(std::string_view octets, std::size_t used);

  /// Parses as far as one event. Not to be called while awaits_answers().
  Step read(std::string_view octets, Clock::time_point now);

  /// The first octet of a request was read, and the request is not finished: request() is there.
  bool begun() const noexcept { return stage_ != Stage::between; }
  /// Nothing of a request that is not finished is here.
  bool empty() const noexcept { return stage_ == Stage::between && !rest_; }
  bool head_done() const noexcept { return stage_ > Stage::header; }
  /// It must not be answered before all requests before it are: it is whole, or an upload.
  bool awaits_answers() const noexcept { return stage_ == Stage::held; }
  /// Its client waits for 100 before it sends the body (RFC 9110, section 10.1.1), of which no
  /// octet has been read.
  bool wants_continue() const noexcept { return wants_continue_; }
  void continued() noexcept { wants_continue_ = false; }
  IncomingRequest& request() noexcept { return *request_; }
  const IncomingRequest& request() const noexcept { return *request_; }

  /// The request waits until all before it are answered: after Event::whole, or after Event::head
  /// of an upload.
  void hold() noexcept { stage_ = Stage::held; }
  /// The body of an upload is read from now on, into `sink`.
  void begin_upload(protocol::BodySink& sink) noexcept;
  /// Nothing more is wanted of the request.
  void finish_request() noexcept;
  /// Nothing more is read at all.
  void clear() noexcept;

 private:
  enum class Stage : std::uint8_t { between, header, body, upload, held };

  void on_head();
  Step read_upload(std::string_view octets);

  Buffers& buffers_;
  Pool<IncomingRequest>& requests_;
  const protocol::Site* const site_;
  std::unique_ptr<IncomingRequest> request_;
  Buffers::Buffer rest_;  ///< Null, or not empty.
  Stage stage_ = Stage::between;
  bool wants_continue_ = false;
};

}  // namespace rollcall::server
