#include "protocol/http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"

namespace rollcall::protocol {
namespace {

namespace http = boost::beast::http;

/// Beast's own bound on one call must never be what stops a header: header_octets_ is.
constexpr std::uint32_t no_header_limit = max_header_octets + 1;

/// A chunk's size line, with the line end of the chunk before it: some digits, and extensions.
constexpr std::size_t max_chunk_line_octets = max_chunk_extension_octets + 64;
/// Trailers and the empty line behind them.
constexpr std::size_t max_trailer_section_octets = max_trailer_octets + 2;

constexpr std::string_view line_end = "\r\n";

void count(std::uint8_t& seen) noexcept { seen = static_cast<std::uint8_t>(std::min(seen + 1, 2)); }

Method to_method(http::verb verb) noexcept {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::delete_;
    case http::verb::options:
      return Method::options;
    case http::verb::unknown:
      return Method::unknown;
    default:
      return Method::other;
  }
}

}  // namespace

RequestParser::RequestParser() {
  header_limit(no_header_limit);
  body_limit(max_body_octets);
}

RequestParser::Result RequestParser::fail(std::size_t consumed, Problem problem) noexcept {
  if (!refused_) problem_ = problem;
  refused_ = true;
  return {consumed, Progress::failed};
}

void RequestParser::refuse(Problem problem, error_code& ec) noexcept {
  problem_ = problem;
  refused_ = true;
  ec = http::error::bad_value;
}

RequestParser::Result RequestParser::read(std::string_view bytes) {
  if (bytes.empty() && !head_done_) return {0, Progress::need_more};
  input_end_ = bytes.data() + bytes.size();
  if (head_done_) return read_body(bytes);
  std::size_t skipped = 0;
  if (!skipped_line_end_ && header_octets_ == 0 && bytes.front() == '\r') {
    // RFC 9112, section 2.2: an empty line before the request line is no error.
    if (bytes.size() == 1) return {0, Progress::need_more};
    if (bytes[1] != '\n') return fail(0, Problem::malformed_request);
    skipped_line_end_ = true;
    skipped = 2;
    if (bytes.size() == skipped) return {skipped, Progress::need_more};
  }
  started_ = true;
  const Result result = read_head(bytes.substr(skipped));
  return {result.consumed + skipped, result.progress};
}

/// Beast stops at an error as soon as it sees one, but once a piece has ended too early it looks
/// for the end of the header only. So that the outcome does not depend on the pieces, it is given
/// the request line when that is whole, and then the fields when they are.
RequestParser::Result RequestParser::read_head(std::string_view bytes) {
  std::size_t consumed = 0;
  if (!request_line_done_) {
    const Result line = read_request_line(bytes);
    if (!request_line_done_ || line.progress == Progress::failed) return line;
    consumed = line.consumed;
  }
  const Result fields = read_fields(bytes.substr(consumed));
  return {consumed + fields.consumed, fields.progress};
}

RequestParser::Result RequestParser::read_request_line(std::string_view bytes) {
  // What no method begins with is no HTTP at all, and need not be waited for: TLS, for one.
  if (!is_token_character(bytes.front())) return fail(0, Problem::malformed_request);
  const std::string_view piece = bytes.substr(0, max_header_octets);
  const std::size_t newline = piece.find('\n', scanned_);
  if (newline == piece.npos) {
    scanned_ = static_cast<std::uint16_t>(piece.size());
    if (piece.size() < max_header_octets) return {0, Progress::need_more};
    return fail(0, has_long_target(piece) ? Problem::target_too_long : Problem::header_too_large);
  }
  scanned_ = 0;
  const std::string_view line = piece.substr(0, newline + 1);
  error_code ec;
  const std::size_t consumed = put({line.data(), line.size()}, ec);
  header_octets_ = static_cast<std::uint16_t>(consumed);
  if (ec == http::error::need_more && consumed == line.size()) return {consumed, Progress::head};
  if (ec == http::error::bad_version && names_other_version(line)) {
    // Beast has not told the method, and the answer to HEAD has no body.
    if (line.starts_with("HEAD ")) request_.method = Method::head;
    return fail(consumed, Problem::unsupported_version);
  }
  return fail(consumed, Problem::malformed_request);
}

RequestParser::Result RequestParser::read_fields(std::string_view bytes) {
  const std::size_t room = max_header_octets - header_octets_;
  const std::string_view piece = bytes.substr(0, room);
  const std::size_t end = find_fields_end(piece, scanned_);
  if (end == piece.npos) {
    // The last three octets may belong to the end.
    scanned_ = static_cast<std::uint16_t>(std::max<std::size_t>(piece.size(), 3) - 3);
    if (piece.size() < room) return {0, Progress::need_more};
    return fail(0, Problem::header_too_large);
  }
  error_code ec;
  const std::size_t consumed = put({piece.data(), end}, ec);
  if (!ec) return {consumed, Progress::head};
  if (ec == http::error::body_limit) return fail(consumed, Problem::body_too_large);
  if (ec == http::error::bad_content_length || ec == http::error::multiple_content_length ||
      ec == http::error::bad_transfer_encoding) {
    return fail(consumed, Problem::ambiguous_framing);
  }
  return fail(consumed, Problem::malformed_request);
}

RequestParser::Result RequestParser::read_body(std::string_view bytes) {
  std::size_t consumed = 0;
  while (!is_done()) {
    const std::string_view rest = bytes.substr(consumed);
    if (rest.empty()) return {consumed, Progress::need_more};
    if (chunked() && chunk_rest_ == 0) {
      const Result chunk = read_chunk_line(rest);
      consumed += chunk.consumed;
      if (chunk.progress != Progress::complete) return {consumed, chunk.progress};
    } else {
      error_code ec;
      consumed += put({rest.data(), rest.size()}, ec);
      if (ec && ec != http::error::need_more) return fail(consumed, Problem::malformed_request);
    }
  }
  return {consumed, Progress::complete};
}

/// Reads a size line, and behind the last chunk's the trailers. As in read_head(), Beast gets them
/// when they are whole: it takes a size off the limit of the body each time that it looks at a line
/// that was cut, and asserts that one of the last chunk was not cut short.
RequestParser::Result RequestParser::read_chunk_line(std::string_view bytes) {
  const std::size_t begin = chunks_begun_ ? line_end.size() : 0;
  if (chunks_begun_ && bytes.size() >= begin && !bytes.starts_with(line_end)) {
    return fail(0, Problem::malformed_request);
  }
  const std::string_view piece = bytes.substr(0, max_chunk_line_octets);
  const std::size_t newline = piece.find('\n', begin);
  if (newline == piece.npos) return wait_for_more(piece.size() < max_chunk_line_octets);
  std::size_t size = newline + 1;
  const std::size_t nonzero = piece.find_first_not_of('0', begin);
  const bool last = nonzero > begin && !is_hex_digit(piece[nonzero]);
  if (last) {
    const std::string_view section = bytes.substr(size, max_trailer_section_octets);
    const std::size_t end = find_fields_end(section, 0);
    if (end == section.npos) return wait_for_more(section.size() < max_trailer_section_octets);
    size += end;
  }
  chunks_begun_ = true;
  error_code ec;
  const std::size_t consumed = put({bytes.data(), size}, ec);
  if (ec == http::error::body_limit) return fail(consumed, Problem::body_too_large);
  if (ec || consumed != size) return fail(consumed, Problem::malformed_request);
  return {consumed, Progress::complete};
}

RequestParser::Result RequestParser::wait_for_more(bool fits) noexcept {
  if (fits) return {0, Progress::need_more};
  return fail(0, Problem::chunk_overhead_too_large);
}

void RequestParser::on_request_impl(http::verb method, string_view, string_view target, int version,
                                    error_code& ec) {
  request_line_done_ = true;
  request_.method = to_method(method);
  if (target.size() > max_target_octets) return refuse(Problem::target_too_long, ec);
  request_.http11 = version == 11;
  request_.target = protocol::parse_target({target.data(), target.size()});
  if (!request_.target.well_formed) return refuse(Problem::bad_target, ec);
  keep_query();
}

/// The target's view of it ends with the input.
void RequestParser::keep_query() {
  const bool reads = request_.method == Method::get || request_.method == Method::head;
  if (reads && request_.target.resource == Resource::users) request_.query = request_.target.query;
  request_.target.query = {};
}

void RequestParser::on_field_impl(field name, string_view name_text, string_view value_text,
                                  error_code& ec) {
  const std::string_view value(value_text.data(), value_text.size());
  if (is_folded(name_text.data() + name_text.size(), value.data())) {
    return refuse(Problem::malformed_request, ec);
  }
  if (++fields_ > max_header_fields) {
    return refuse(head_done_ ? Problem::chunk_overhead_too_large : Problem::header_too_large, ec);
  }
  if (head_done_) return;  // Trailers are counted and dropped.
  switch (name) {
    case field::host:
      return on_host(value);
    case field::content_length:
      count(content_lengths_);
      // Beast takes a list of equal lengths for one (RFC 9110, section 8.6, lets a server refuse
      // it).
      bad_framing_ =
          bad_framing_ || std::any_of(value.begin(), value.end(), [](char c) { return c == ','; });
      return;
    case field::transfer_encoding:
      return on_transfer_encoding(value);
    case field::content_type:
      count(content_types_);
      request_.media_type = content_types_ == 1 ? to_media_type(value) : MediaType::other;
      return limit_body();
    case field::content_encoding:
      request_.is_coded = request_.is_coded || names_coding(value);
      return;
    case field::content_range:
      request_.is_part = true;
      return;
    case field::accept:
      return add_accepted(value, request_.accepted);
    case field::if_match:
      return on_condition(value, Comparison::strong, &storage::Condition::match);
    case field::if_none_match:
      return on_condition(value, Comparison::weak, &storage::Condition::none_match);
    case field::expect:
      (equals(value, "100-continue") ? request_.expects_continue : request_.bad_expectation) = true;
      return;
    default:
      // Beast has no number for it.
      if (equals({name_text.data(), name_text.size()}, "idempotency-key")) on_key(value);
      return;
  }
}

/// A stream of users may be of any length: it is its lines that are bounded.
void RequestParser::limit_body() {
  is_stream_ = request_.media_type == MediaType::ndjson && request_.method == Method::post &&
               request_.target.resource == Resource::users;
  if (is_stream_) {
    body_limit(boost::none);
  } else {
    body_limit(max_body_octets);
  }
}

void RequestParser::on_key(std::string_view value) {
  if (request_.key) request_.bad_key = true;
  request_.key = std::make_unique<std::string>();
  if (!read_idempotency_key(value, *request_.key)) request_.bad_key = true;
}

/// RFC 9112, section 5.2: refuse what goes on in the next line. Beast joins its lines in a buffer
/// of its own, or skips those without text.
bool RequestParser::is_folded(const char* name_end, const char* value) const noexcept {
  const bool in_input = value >= name_end && value < input_end_;
  if (!in_input) return true;
  while (name_end != value && *name_end != '\n') ++name_end;
  return name_end != value;
}

void RequestParser::on_host(std::string_view value) noexcept {
  count(hosts_);
  bad_host_ = bad_host_ || !is_host(value);
}

void RequestParser::on_condition(std::string_view value, Comparison comparison,
                                 storage::Versions storage::Condition::*versions) {
  if (!request_.condition) request_.condition = std::make_unique<storage::Condition>();
  if (!add_entity_tags(value, comparison, *request_.condition.*versions)) {
    request_.bad_condition = true;
  }
}

void RequestParser::on_transfer_encoding(std::string_view value) noexcept {
  count(transfer_encodings_);
  if (equals(value, "chunked")) return;
  const std::size_t comma = value.rfind(',');
  const bool chunked_last = comma != value.npos && equals(trim(value.substr(comma + 1)), "chunked");
  const bool chunked_once =
      chunked_last && !equals(trim(value.substr(0, value.find(','))), "chunked");
  (chunked_once ? unknown_coding_ : bad_framing_) = true;
}

void RequestParser::check_head(error_code& ec) noexcept {
  const bool repeated = content_lengths_ > 1 || transfer_encodings_ > 1;
  const bool coded = transfer_encodings_ > 0;
  if (repeated || bad_framing_ || (coded && (content_lengths_ > 0 || !request_.http11))) {
    return refuse(Problem::ambiguous_framing, ec);
  }
  if (unknown_coding_) return refuse(Problem::unknown_transfer_coding, ec);
  if (bad_host_ || hosts_ > 1 || (hosts_ == 0 && request_.http11)) {
    return refuse(Problem::bad_host, ec);
  }
}

void RequestParser::on_header_impl(error_code& ec) {
  check_head(ec);
  if (ec) return;
  head_done_ = true;
  request_.keep_alive = keep_alive();
  const std::uint64_t length = content_length().value_or(0);
  request_.has_body = chunked() || length > 0;
  is_unbounded_ = is_stream_ && (chunked() || length > max_body_octets);
  if (!request_.http11) request_.expects_continue = request_.bad_expectation = false;
  fields_ = 0;
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
  if (reader_ != nullptr) reader_->read({body.data(), body.size()});
  if (sink_ != nullptr) sink_->take({body.data(), body.size()});
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view extension,
                                         error_code& ec) {
  const std::size_t octets = extension_octets_ + extension.size();
  if (octets > max_chunk_extension_octets) return refuse(Problem::chunk_overhead_too_large, ec);
  extension_octets_ = static_cast<std::uint16_t>(octets);
  chunk_rest_ = static_cast<std::size_t>(size);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  chunk_rest_ -= body.size();
  return on_body_impl(body, ec);
}

}  // namespace rollcall::protocol
