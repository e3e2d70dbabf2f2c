#include "protocol/http/head_reader.hpp"

#include <algorithm>
#include <boost/config.hpp>
#include <string>

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

namespace http = boost::beast::http;
using http::field;

static_assert(max_header_fields < 255);

void count(std::uint8_t& seen) noexcept { seen = static_cast<std::uint8_t>(std::min(seen + 1, 2)); }

/// Of a method that is not registered, whether it is so in upper case.
BOOST_NOINLINE Method to_unknown_method(std::string_view text) {
  constexpr std::size_t longest = std::string_view("UPDATEREDIRECTREF").size();
  if (text.size() > longest) return Method::unknown;
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  return http::string_to_verb(upper) == http::verb::unknown ? Method::unknown : Method::miscased;
}

Method to_method(http::verb verb, std::string_view text) {
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
      return to_unknown_method(text);
    default:
      return Method::other;
  }
}

}  // namespace

std::optional<Problem> HeadReader::take_request_line(http::verb method,
                                                     std::string_view method_text,
                                                     std::string_view target, int version) {
  request_.method = to_method(method, method_text);
  if (target.size() > max_target_octets) return Problem::target_too_long;
  request_.http11 = version == 11;
  if (site_ == nullptr) {
    request_.target = parse_target(target);
  } else {
    if (site_->notes_callers) caller();
    request_.target = parse_target(target, site_->base_path);
  }
  if (!request_.target.well_formed) {
    request_.bad_octet = find_bad_octet(target);
    return Problem::bad_target;
  }
  // The view of it ends with the input.
  const bool reads = request_.method == Method::get || request_.method == Method::head;
  if (reads && !request_.target.query.empty()) request_.query = request_.target.query;
  if (reads && !request_.target.authority.empty()) take_host(request_.target.authority);
  request_.target.query = request_.target.authority = {};
  return std::nullopt;
}

std::optional<Problem> HeadReader::take_field(field number, std::string_view name,
                                              std::string_view value) {
  if (++fields_ > max_header_fields) return Problem::header_too_large;
  switch (number) {
    case field::host:
      count(hosts_);
      if (!is_host(value)) bad_host_ = true;
      if (request_.method <= Method::head) take_host(value);
      return std::nullopt;
    case field::content_length:
      count(content_lengths_);
      // Beast takes a list of equal lengths for one (RFC 9110, section 8.6, lets a server refuse
      // it).
      for (const char c : value) {
        if (c == ',') bad_framing_ = true;
      }
      return std::nullopt;
    case field::content_type:
      count(content_types_);
      request_.media_type =
          content_types_ == 1 ? to_media_type(value, request_.sent_lines) : MediaType::other;
      return std::nullopt;
    default:
      take_rarer_field(number, name, value);
      return std::nullopt;
  }
}

void HeadReader::take_rarer_field(field number, std::string_view name, std::string_view value) {
  switch (number) {
    case field::transfer_encoding:
      take_transfer_encoding(value);
      break;
    case field::content_encoding:
      request_.is_coded = request_.is_coded || names_coding(value);
      break;
    case field::content_range:
      request_.is_part = true;
      break;
    case field::accept:
      add_accepted(value, request_.accepted);
      break;
    case field::prefer:
      add_preferences(value, request_.preferences);
      break;
    case field::if_match:
      take_condition(value, Comparison::strong, &storage::Condition::match);
      if (names_altered_tag(value)) request_.condition->altered_tag = true;
      break;
    case field::if_none_match:
      take_condition(value, Comparison::weak, &storage::Condition::none_match);
      break;
    case field::expect:
      (equals(value, "100-continue") ? request_.expects_continue : request_.bad_expectation) = true;
      break;
    case field::origin:
      if (site_ != nullptr) request_.origin = site_->cors.find(value);
      break;
    case field::access_control_request_method:
      request_.preflight =
          site_ != nullptr && site_->cors.on() && request_.method == Method::options;
      break;
    case field::unknown:
      take_unknown_field(name, value);
      break;
    case field::forwarded:
      request_.passed_on = true;
      if (site_ == nullptr || !site_->trusts_peer || !site_->notes_callers) break;
      if (Caller* const known = caller()) known->forwarded.take_forwarded(value, site_->proxies);
      break;
    case field::via:
      request_.passed_on = true;
      break;
    default:
      break;
  }
}

/// One that Beast has no number for.
void HeadReader::take_unknown_field(std::string_view name, std::string_view value) {
  constexpr std::string_view forwarded = "x-forwarded-";
  if (equals(name, "idempotency-key")) return take_key(value);
  if (equals(name, "x-request-id")) {
    if (Caller* const known = caller()) known->take_request_id(value);
    return;
  }
  if (equals(name, "traceparent")) return take_trace_parent(value);
  if (name.size() <= forwarded.size() ||
      !equals(name.substr(0, forwarded.size()), "x-forwarded-")) {
    return;
  }
  request_.passed_on = true;
  if (site_ == nullptr || !site_->trusts_peer) return;
  const std::string_view part = name.substr(forwarded.size());
  if (equals(part, "proto")) reached().take_forwarded(Reached::Part::scheme, value);
  if (equals(part, "host")) reached().take_forwarded(Reached::Part::host, value);
  if (equals(part, "prefix")) reached().take_forwarded(Reached::Part::prefix, value);
  if (!equals(part, "for") || !site_->notes_callers) return;
  if (Caller* const known = caller()) {
    known->forwarded.take_x_forwarded_for(value, site_->proxies);
  }
}

/// Only the log has it.
void HeadReader::take_trace_parent(std::string_view value) {
  if (site_ == nullptr || !site_->notes_callers) return;
  if (Caller* const known = caller()) known->take_trace_parent(value);
}

/// Null if there is no room for one.
Caller* HeadReader::caller() {
  if (request_.caller != nullptr || room_ == nullptr) return request_.caller;
  if (*room_) {
    (*room_)->begin();
  } else {
    *room_ = std::make_unique_for_overwrite<Caller>();
  }
  return request_.caller = room_->get();
}

/// Only links to other pages of users are absolute.
void HeadReader::take_host(std::string_view value) {
  if (request_.target.path.text() == "/users") reached().take_host(value);
}

Reached& HeadReader::reached() {
  if (!request_.reached) request_.reached = std::make_unique<Reached>();
  return *request_.reached;
}

std::string HeadReader::prefix() const {
  std::string prefix = request_.reached ? request_.reached->prefix() : std::string();
  return site_ == nullptr ? prefix : prefix + site_->base_path;
}

std::string HeadReader::base() const {
  const bool trusted = site_ != nullptr && site_->trusts_peer;
  // A proxy that is not trusted, or that speaks HTTP/1.0, as nginx does unless it is told
  // otherwise, need not have kept the client's Host.
  const bool known = trusted || (request_.http11 && !request_.passed_on);
  const bool tells = request_.reached != nullptr && known;
  return (tells ? request_.reached->origin(trusted) : std::string()) + prefix();
}

std::optional<Problem> HeadReader::take_trailer() noexcept {
  if (++fields_ > max_header_fields) return Problem::chunk_overhead_too_large;
  return std::nullopt;
}

std::optional<Problem> HeadReader::finish(const Framing& framing, bool keep_alive) noexcept {
  const bool repeated = content_lengths_ > 1 || transfer_encodings_ > 1;
  const bool coded = transfer_encodings_ > 0;
  if (repeated || bad_framing_ || (coded && (content_lengths_ > 0 || !request_.http11))) {
    return Problem::ambiguous_framing;
  }
  if (unknown_coding_) return Problem::unknown_transfer_coding;
  if (bad_host_ || hosts_ > 1 || (hosts_ == 0 && request_.http11)) return Problem::bad_host;
  request_.keep_alive = keep_alive;
  request_.has_body = framing.chunked || framing.content_length > 0;
  if (!request_.http11) request_.expects_continue = request_.bad_expectation = false;
  fields_ = 0;
  return std::nullopt;
}

void HeadReader::take_key(std::string_view value) {
  if (request_.key) request_.bad_key = true;
  request_.key = std::make_unique<std::string>();
  if (!read_idempotency_key(value, *request_.key)) request_.bad_key = true;
}

void HeadReader::take_condition(std::string_view value, Comparison comparison,
                                storage::Versions storage::Condition::*versions) {
  if (!request_.condition) request_.condition = std::make_unique<storage::Condition>();
  if (!add_entity_tags(value, comparison, *request_.condition.*versions)) {
    request_.bad_condition = true;
  }
}

void HeadReader::take_transfer_encoding(std::string_view value) noexcept {
  count(transfer_encodings_);
  if (equals(value, "chunked")) return;
  const std::size_t comma = value.rfind(',');
  const bool chunked_last = comma != value.npos && equals(trim(value.substr(comma + 1)), "chunked");
  const bool chunked_once =
      chunked_last && !equals(trim(value.substr(0, value.find(','))), "chunked");
  (chunked_once ? unknown_coding_ : bad_framing_) = true;
}

}  // namespace rollcall::protocol
