#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/http/body_sink.hpp"
#include "protocol/http/chunk_reader.hpp"
#include "protocol/http/head_reader.hpp"
#include "protocol/http/request.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {

/// Reads one request: Beast's basic_parser for the grammar (RFC 9112), HeadReader for what a head
/// means, ChunkReader for the frames of a chunked body. One object a message. Allocates nothing for
/// a well-formed request. Not thread-safe.
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

  /// `site` must outlive this; null if nothing of it is set. So must `caller`, with what is in it:
  /// there Request::caller is kept; null if nobody asks for that.
  explicit RequestParser(const Site* site = nullptr, std::unique_ptr<Caller>* caller = nullptr);
  RequestParser(RequestParser&&) = default;
  RequestParser& operator=(RequestParser&&) = default;

  /// Parses what `bytes` has of this message, from its first octet not consumed yet. The outcome
  /// does not depend on where the message is cut. Not to be called after complete or failed.
  Result read(std::string_view bytes);

  /// The body is to go to `sink`, which must outlive the message; without one it is dropped.
  void read_body_into(BodySink* sink) noexcept { sink_ = sink; }

  /// After Progress::head the whole of it; after a failure its method, if that could be read.
  const Request& request() const noexcept { return head_.request(); }
  /// Request::key, which is null afterwards.
  std::unique_ptr<std::string> take_key() noexcept { return std::move(head_.request().key); }
  /// Request::condition, which is null afterwards.
  std::unique_ptr<storage::Condition> take_condition() noexcept {
    return std::move(head_.request().condition);
  }
  /// Request::caller is another's now: it is null from now on.
  void give_caller() noexcept { head_.request().caller = nullptr; }
  Problem problem() const noexcept { return problem_; }
  const Site* site() const noexcept { return head_.site(); }
  /// HeadReader::prefix() and base().
  std::string prefix() const { return head_.prefix(); }
  std::string base() const { return head_.base(); }

  /// Some octet of this message has been seen; a line end before it is none.
  bool started() const noexcept { return started_; }
  bool head_done() const noexcept { return head_done_; }
  /// Octets of this message that were read.
  std::uint64_t octets() const noexcept;
  /// Once the head is done: the body is a stream that may be longer than other bodies.
  bool is_unbounded() const noexcept { return is_unbounded_; }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  using field = boost::beast::http::field;

  std::size_t read_whole_head(std::string_view bytes);
  BOOST_NOINLINE Result read_cut_head(std::string_view bytes);
  Result read_lines(std::string_view bytes);
  Result read_request_line(std::string_view bytes);
  Result read_field_line(std::string_view bytes);
  Result read_body(std::string_view bytes);
  BOOST_NOINLINE Result read_chunks(std::string_view bytes);
  Result read_chunks_of(std::string_view bytes);
  Result fail(std::size_t consumed, Problem problem) noexcept;
  Problem problem_with(const error_code& ec) const noexcept;
  void refuse(std::optional<Problem> problem, error_code& ec) noexcept;
  bool is_folded(std::string_view name, std::string_view value) const noexcept;

  void on_request_impl(boost::beast::http::verb method, string_view method_text, string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field name, string_view name_text, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t size, string_view extension, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  HeadReader head_;
  ChunkReader chunks_;
  BodySink* sink_ = nullptr;
  const char* input_end_ = nullptr;  ///< Of the piece being parsed.
  std::uint64_t body_rest_ = 0;      ///< By Content-Length: octets that are still to come.
  std::uint64_t chunk_octets_ = 0;   ///< Of a chunked body: consumed.
  std::uint16_t header_octets_ = 0;  ///< Consumed.
  std::uint16_t scanned_ = 0;        ///< Octets not consumed in which there is no line feed.
  Problem problem_ = Problem::malformed_request;
  bool refused_ = false;
  bool started_ = false;
  bool skipped_line_end_ = false;
  bool request_line_done_ = false;
  bool head_done_ = false;
  bool is_unbounded_ = false;

  static_assert(max_header_octets < 65'536);
};

}  // namespace rollcall::protocol
