#pragma once

// Boost 1.83's field.hpp uses std::uint32_t and does not include this.
#include <cstdint>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/config.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/http/entity_tag.hpp"
#include "protocol/http/request.hpp"
#include "protocol/http/site.hpp"
#include "protocol/problem.hpp"

namespace rollcall::protocol {

/// How a request's body is framed, as Beast read it.
struct Framing {
  bool chunked = false;
  std::uint64_t content_length = 0;  ///< 0 if there is none.
};

/// Turns the request line and the fields of one message, as Beast's parser hands them over, into a
/// Request, and checks what Beast leaves to its user: framing that two servers could read
/// differently (RFC 9112, section 6), Host (section 3.2), limits. Each step gives the problem that
/// ends the message, or nothing.
class HeadReader {
 public:
  /// `site` may be null: then nothing is looked for that only a Site needs. A Caller is made in
  /// `room`, unless one is there that an earlier request has left; null: none is looked for.
  HeadReader(const Site* site, std::unique_ptr<Caller>* room) noexcept : site_(site), room_(room) {}

  std::optional<Problem> take_request_line(boost::beast::http::verb method,
                                           std::string_view method_text, std::string_view target,
                                           int version);
  /// A field of the head; `number` is Beast's for the name.
  std::optional<Problem> take_field(boost::beast::http::field number, std::string_view name,
                                    std::string_view value);
  /// A trailer (RFC 9110, section 6.5), which is counted and dropped.
  std::optional<Problem> take_trailer() noexcept;
  /// The empty line behind the fields. `keep_alive` is what Beast makes of Connection.
  std::optional<Problem> finish(const Framing& framing, bool keep_alive) noexcept;
  /// The method when nothing else of the request line could be read.
  void set_method(Method method) noexcept { request_.method = method; }

  const Site* site() const noexcept { return site_; }
  std::unique_ptr<Caller>* room() const noexcept { return room_; }
  /// What is before every path, for the client.
  std::string prefix() const;
  /// The same behind the client's name of this server, if that is known (Reached::origin()).
  std::string base() const;
  Request& request() noexcept { return request_; }
  const Request& request() const noexcept { return request_; }
  /// The body is a stream of users or the like, of any length: it is its lines that are bounded.
  bool is_stream() const noexcept {
    return request_.media_type == MediaType::ndjson && request_.method == Method::post;
  }

 private:
  /// Apart from those that nearly every request has, so that these cost no more than they must.
  BOOST_NOINLINE void take_rarer_field(boost::beast::http::field number, std::string_view name,
                                       std::string_view value);
  BOOST_NOINLINE void take_host(std::string_view value);
  BOOST_NOINLINE void take_unknown_field(std::string_view name, std::string_view value);
  void take_trace_parent(std::string_view value);
  Reached& reached();
  Caller* caller();
  void take_transfer_encoding(std::string_view value) noexcept;
  void take_key(std::string_view value);
  void take_condition(std::string_view value, Comparison comparison,
                      storage::Versions storage::Condition::*versions);

  const Site* site_;
  std::unique_ptr<Caller>* room_;
  Request request_;
  std::uint8_t fields_ = 0;
  // How often each was seen; two are as many as matter.
  std::uint8_t hosts_ = 0;
  std::uint8_t content_lengths_ = 0;
  std::uint8_t transfer_encodings_ = 0;
  std::uint8_t content_types_ = 0;
  bool bad_host_ = false;
  bool bad_framing_ = false;
  bool unknown_coding_ = false;
};

}  // namespace rollcall::protocol
