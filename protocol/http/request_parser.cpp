#include "protocol/http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>

#include "protocol/http/field_value.hpp"

namespace rollcall::protocol {
namespace {

namespace http = boost::beast::http;

/// Beast's own bound on one call must never be what stops a header: header_octets_ is.
constexpr std::uint32_t no_header_limit = max_header_octets + 1;

constexpr std::string_view line_end = "\r\n";

std::string_view to_std(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace

RequestParser::RequestParser(const Site* site, std::unique_ptr<Caller>* caller)
    : head_(site, caller) {
  header_limit(no_header_limit);
  body_limit(max_body_octets);
}

RequestParser::Result RequestParser::read(std::string_view bytes) {
  if (head_done_) return chunked() ? read_chunks(bytes) : read_body(bytes);
  if (bytes.empty()) return {0, Progress::need_more};
  input_end_ = bytes.data() + bytes.size();
  if (!started_) {
    const std::size_t octets = read_whole_head(bytes);
    if (octets > 0) return {octets, Progress::head};
  }
  return read_cut_head(bytes);
}

RequestParser::Result RequestParser::read_cut_head(std::string_view bytes) {
  std::size_t skipped = 0;
  if (!started_ && !skipped_line_end_ && bytes.front() == '\r') {
    // RFC 9112, section 2.2: an empty line before the request line is no error.
    if (bytes.size() == 1) return {0, Progress::need_more};
    if (!bytes.starts_with(line_end)) return fail(0, Problem::malformed_request);
    skipped_line_end_ = true;
    skipped = line_end.size();
    if (bytes.size() == skipped) return {skipped, Progress::need_more};
  }
  started_ = true;
  const Result result = read_lines(bytes.substr(skipped));
  return {result.consumed + skipped, result.progress};
}

/// Nearly every head is whole in the buffer, and good: Beast reads it in one pass. 0 if this one is
/// not; nothing is kept of it then.
std::size_t RequestParser::read_whole_head(std::string_view bytes) {
  error_code ec;
  const std::size_t octets = put({bytes.data(), std::min(bytes.size(), max_header_octets)}, ec);
  if (!ec) {
    started_ = true;
    header_octets_ = static_cast<std::uint16_t>(octets);
    return octets;
  }
  const bool skipped_line_end = skipped_line_end_;
  *this = RequestParser(site(), head_.room());
  skipped_line_end_ = skipped_line_end;
  input_end_ = bytes.data() + bytes.size();
  return 0;
}

/// Beast stops at an error as soon as it sees one, but once a piece has ended too early it looks
/// for the end of the header only. So that the outcome does not depend on the pieces, a head that
/// is not whole, or not good, is given to it line by line.
RequestParser::Result RequestParser::read_lines(std::string_view bytes) {
  std::size_t consumed = 0;
  for (;;) {
    const std::string_view rest =
        bytes.substr(consumed).substr(0, max_header_octets - header_octets_);
    const Result line = request_line_done_ ? read_field_line(rest) : read_request_line(rest);
    consumed += line.consumed;
    header_octets_ = static_cast<std::uint16_t>(header_octets_ + line.consumed);
    const bool goes_on = line.progress == Progress::need_more && line.consumed > 0;
    if (!goes_on) return {consumed, line.progress};
  }
}

RequestParser::Result RequestParser::read_request_line(std::string_view bytes) {
  // What no method begins with is no HTTP at all, and need not be waited for: TLS, for one.
  if (!bytes.empty() && !is_token_character(bytes.front())) {
    return fail(0, Problem::malformed_request);
  }
  // The answer to HEAD has no body, whatever is wrong with the rest.
  if (begins_with_method(bytes, "HEAD")) head_.set_method(Method::head);
  const std::size_t newline = bytes.find('\n', scanned_);
  if (newline == bytes.npos) {
    scanned_ = static_cast<std::uint16_t>(bytes.size());
    if (bytes.size() < max_header_octets) return {0, Progress::need_more};
    return fail(0, has_long_target(bytes) ? Problem::target_too_long : Problem::header_too_large);
  }
  scanned_ = 0;
  const std::string_view line = bytes.substr(0, newline + 1);
  error_code ec;
  const std::size_t consumed = put({line.data(), line.size()}, ec);
  if (ec == http::error::need_more && consumed == line.size()) {
    return {consumed, Progress::need_more};
  }
  if (ec == http::error::bad_version && names_other_version(line)) {
    return fail(consumed, Problem::unsupported_version);
  }
  return fail(consumed, Problem::malformed_request);
}

RequestParser::Result RequestParser::read_field_line(std::string_view bytes) {
  const bool full = bytes.size() == max_header_octets - header_octets_;
  const auto wait = [&]() -> Result {
    if (!full) return {0, Progress::need_more};
    return fail(0, Problem::header_too_large);
  };
  const std::size_t newline = bytes.find('\n', scanned_);
  if (newline == bytes.npos) {
    scanned_ = static_cast<std::uint16_t>(bytes.size());
    return wait();
  }
  if (newline == 0 || bytes[newline - 1] != '\r') return fail(0, Problem::malformed_request);
  std::size_t size = newline + 1;
  if (size > line_end.size()) {
    // Beast looks at the octet behind a field: it could go on in the next line, which RFC 9112,
    // section 5.2, lets a server refuse.
    scanned_ = static_cast<std::uint16_t>(newline);
    if (bytes.size() == size) return wait();
    if (bytes[size] == ' ' || bytes[size] == '\t') return fail(0, Problem::malformed_request);
    ++size;
  }
  scanned_ = 0;
  error_code ec;
  const std::size_t consumed = put({bytes.data(), size}, ec);
  if (!ec) return {consumed, Progress::head};
  if (ec == http::error::need_more && consumed == newline + 1) {
    return {consumed, Progress::need_more};
  }
  return fail(consumed, problem_with(ec));
}

RequestParser::Result RequestParser::read_body(std::string_view bytes) {
  const std::string_view piece =
      bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(body_rest_, bytes.size())));
  body_rest_ -= piece.size();
  if (sink_ != nullptr && !piece.empty()) sink_->take(piece, body_rest_ == 0);
  return {piece.size(), body_rest_ == 0 ? Progress::complete : Progress::need_more};
}

RequestParser::Result RequestParser::read_chunks(std::string_view bytes) {
  const Result result = read_chunks_of(bytes);
  chunk_octets_ += result.consumed;
  return result;
}

RequestParser::Result RequestParser::read_chunks_of(std::string_view bytes) {
  using Next = ChunkReader::Next;
  std::size_t consumed = 0;
  while (!is_done()) {
    const std::string_view rest = bytes.substr(consumed);
    if (rest.empty()) return {consumed, Progress::need_more};
    input_end_ = rest.data() + rest.size();
    const ChunkReader::Step step = chunks_.next(rest);
    if (step.next == Next::need_more) return {consumed, Progress::need_more};
    if (step.next == Next::malformed) return fail(consumed, Problem::malformed_request);
    if (step.next == Next::too_large) return fail(consumed, Problem::chunk_overhead_too_large);
    error_code ec;
    const std::size_t octets = put({rest.data(), step.octets}, ec);
    consumed += octets;
    if (ec == http::error::body_limit) return fail(consumed, Problem::body_too_large);
    if (ec || octets != step.octets) return fail(consumed, Problem::malformed_request);
  }
  return {consumed, Progress::complete};
}

std::uint64_t RequestParser::octets() const noexcept {
  if (!head_done_) return header_octets_;
  const std::uint64_t body = chunked() ? chunk_octets_ : content_length().value_or(0) - body_rest_;
  return header_octets_ + body;
}

RequestParser::Result RequestParser::fail(std::size_t consumed, Problem problem) noexcept {
  if (!refused_) problem_ = problem;
  refused_ = true;
  return {consumed, Progress::failed};
}

Problem RequestParser::problem_with(const error_code& ec) const noexcept {
  if (ec == http::error::body_limit) return Problem::body_too_large;
  if (ec == http::error::bad_content_length || ec == http::error::multiple_content_length ||
      ec == http::error::bad_transfer_encoding) {
    return Problem::ambiguous_framing;
  }
  return Problem::malformed_request;
}

void RequestParser::refuse(std::optional<Problem> problem, error_code& ec) noexcept {
  if (!problem) return;
  problem_ = *problem;
  refused_ = true;
  ec = http::error::bad_value;
}

void RequestParser::on_request_impl(http::verb method, string_view method_text, string_view target,
                                    int version, error_code& ec) {
  request_line_done_ = true;
  refuse(head_.take_request_line(method, to_std(method_text), to_std(target), version), ec);
}

void RequestParser::on_field_impl(field number, string_view name_text, string_view value_text,
                                  error_code& ec) {
  const std::string_view name = to_std(name_text);
  const std::string_view value = to_std(value_text);
  if (is_folded(name, value)) return refuse(Problem::malformed_request, ec);
  if (head_done_) return refuse(head_.take_trailer(), ec);
  refuse(head_.take_field(number, name, value), ec);
  if (number != field::content_type) return;
  if (head_.is_stream()) {
    body_limit(boost::none);
  } else {
    body_limit(max_body_octets);
  }
}

/// RFC 9112, section 5.2: refuse what goes on in the next line. Beast joins its lines in a buffer
/// of its own, or skips those without text.
bool RequestParser::is_folded(std::string_view name, std::string_view value) const noexcept {
  const char* at = name.data() + name.size();
  // A colon and a space or two: no room for a line end.
  const auto address = [](const char* octet) { return reinterpret_cast<std::uintptr_t>(octet); };
  if (address(value.data()) - address(at) <= 3) return false;
  const bool in_input = value.data() >= at && value.data() < input_end_;
  if (!in_input) return true;
  while (at != value.data() && *at != '\n') ++at;
  return at != value.data();
}

void RequestParser::on_header_impl(error_code& ec) {
  const Framing framing{chunked(), content_length().value_or(0)};
  refuse(head_.finish(framing, keep_alive()), ec);
  if (ec) return;
  head_done_ = true;
  body_rest_ = framing.content_length;
  is_unbounded_ =
      head_.is_stream() && (framing.chunked || framing.content_length > max_body_octets);
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view extension,
                                         error_code& ec) {
  if (!chunks_.begin_chunk(size, extension.size())) refuse(Problem::chunk_overhead_too_large, ec);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
  chunks_.take(body.size());
  if (sink_ != nullptr) sink_->take(to_std(body), false);
  return body.size();
}

}  // namespace rollcall::protocol
