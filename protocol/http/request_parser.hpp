#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/http/entity_tag.hpp"
#include "protocol/http/request.hpp"
#include "protocol/json/user_reader.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {

/// Takes a body as it comes.
class BodySink {
 public:
  virtual void take(std::string_view piece) = 0;

 protected:
  ~BodySink() = default;
};

/// Reads one request: Beast's basic_parser for the grammar (RFC 9112), and on top of it everything
/// that basic_parser leaves to its user: framing that two servers could read differently, Host,
/// limits. One object a message. Allocates nothing for a well-formed request.
class RequestParser : private boost::beast::http::basic_parser<true> {
  using Base = boost::beast::http::basic_parser<true>;

 public:
  enum class Progress : std::uint8_t {
    need_more,  ///< Call again with the bytes not consumed and at least one more behind them.
    head,       ///< request() is set; no octet of the body was read. Call read_body_into(), read().
    complete,   ///< The whole message was read; what is not consumed is the next one's.
    failed,     ///< problem() says why; the connection can't be read any further.
  };
  struct Result {
    std::size_t consumed;
    Progress progress;
  };

  RequestParser();

  /// Parses what `bytes` has of this message, from its first octet not consumed yet. The outcome
  /// does not depend on where the message is cut. Not to be called after complete or failed.
  Result read(std::string_view bytes);

  /// The body is to go to `reader` (reset by the caller; must outlive the message), or nowhere.
  void read_body_into(UserReader* reader) noexcept { reader_ = reader; }
  /// So for a stream of users.
  void read_body_into(BodySink* sink) noexcept { sink_ = sink; }
  UserReader* body_reader() const noexcept { return reader_; }

  const Request& request() const noexcept { return request_; }
  /// Request::key, which is null afterwards.
  std::unique_ptr<std::string> take_key() noexcept { return std::move(request_.key); }
  /// Request::condition, which is null afterwards.
  std::unique_ptr<storage::Condition> take_condition() noexcept {
    return std::move(request_.condition);
  }
  Problem problem() const noexcept { return problem_; }

  /// Some octet of this message has been seen; a line end before it is none.
  bool started() const noexcept { return started_; }
  bool head_done() const noexcept { return head_done_; }
  /// Once the head is done: the body is a stream of users that may be longer than other bodies.
  bool is_unbounded() const noexcept { return is_unbounded_; }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  using field = boost::beast::http::field;

  Result read_head(std::string_view bytes);
  Result read_request_line(std::string_view bytes);
  Result read_fields(std::string_view bytes);
  Result read_body(std::string_view bytes);
  Result read_chunk_line(std::string_view bytes);
  Result wait_for_more(bool fits) noexcept;
  Result fail(std::size_t consumed, Problem problem) noexcept;
  void refuse(Problem problem, error_code& ec) noexcept;
  void check_head(error_code& ec) noexcept;
  void on_transfer_encoding(std::string_view value) noexcept;
  bool is_folded(const char* name_end, const char* value) const noexcept;
  void keep_query();
  void limit_body();
  void on_key(std::string_view value);
  void on_host(std::string_view value) noexcept;
  void on_condition(std::string_view value, Comparison comparison,
                    storage::Versions storage::Condition::*versions);

  void on_request_impl(boost::beast::http::verb method, string_view method_text, string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field name, string_view name_text, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extension, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  UserReader* reader_ = nullptr;
  BodySink* sink_ = nullptr;
  const char* input_end_ = nullptr;  ///< Of the piece being parsed.
  std::size_t chunk_rest_ = 0;       ///< Octets of the chunk that are still to come.
  Request request_;
  Problem problem_ = Problem::malformed_request;
  bool refused_ = false;
  bool started_ = false;
  bool skipped_line_end_ = false;
  bool request_line_done_ = false;
  bool head_done_ = false;
  bool chunks_begun_ = false;
  std::uint16_t header_octets_ = 0;
  std::uint16_t scanned_ = 0;  ///< Octets not consumed in which the end looked for is not.
  std::uint16_t extension_octets_ = 0;
  std::uint8_t fields_ = 0;
  // How often each was seen; two are as many as matter.
  std::uint8_t hosts_ = 0;
  std::uint8_t content_lengths_ = 0;
  std::uint8_t transfer_encodings_ = 0;
  std::uint8_t content_types_ = 0;
  bool bad_host_ = false;
  bool bad_framing_ = false;
  bool unknown_coding_ = false;
  bool is_stream_ = false;
  bool is_unbounded_ = false;

  static_assert(max_header_octets < 65'536 && max_chunk_extension_octets < 32'768 &&
                max_header_fields < 255);
};

}  // namespace rollcall::protocol
