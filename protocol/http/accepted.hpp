#pragma once

#include <cstdint>
#include <string_view>

namespace rollcall::protocol {

/// The names under which lines of JSON are known. None is registered with IANA: all mean the same.
enum class LinesType : std::uint8_t {
  x_ndjson,     ///< application/x-ndjson, the one in our documents
  ndjson,       ///< application/ndjson
  jsonl,        ///< application/jsonl
  x_jsonlines,  ///< application/x-jsonlines
};

/// The type's name, in lower case.
std::string_view name_of(LinesType type) noexcept;
/// Reads a type without parameters, in any case. False, and `type` is as before, for another one.
bool read_lines_type(std::string_view essence, LinesType& type) noexcept;

/// What Accept names (RFC 9110, section 12.5.1), the weights in thousandths; `not_named` for what
/// it does not.
struct Accepted {
  static constexpr std::uint16_t not_named = 0xffff;
  /// What a resource with these two can be answered with.
  enum class Choice : std::uint8_t { first, second, neither };

  bool given = false;  ///< There is an Accept that names anything, known here or not.
  std::uint16_t json = not_named;
  std::uint16_t lines = not_named;             ///< The name of greatest weight.
  std::uint16_t html = not_named;              ///< text/html
  std::uint16_t text = not_named;              ///< text/*
  std::uint16_t application = not_named;       ///< application/*
  std::uint16_t any = not_named;               ///< */*
  LinesType lines_type = LinesType::x_ndjson;  ///< The name that `lines` weighs, if any.

  /// JSON is asked for by its name, not just by a range.
  bool names_json() const noexcept { return json != not_named && json > 0; }
  /// A user can be answered as JSON. Each weight is that of what names a type most closely.
  bool takes_json() const noexcept { return json_weight() > 0; }
  /// JSON (first) or lines (second). Lines are more than a page: they are sent only if they are
  /// asked for by name and weigh no less than JSON, or if JSON is refused.
  Choice json_or_lines() const noexcept;
  /// JSON is asked for no less than HTML, or HTML not at all.
  bool prefers_json_to_html() const noexcept;

 private:
  std::uint16_t weight(std::uint16_t named, std::uint16_t range) const noexcept {
    if (named != not_named) return named;
    if (range != not_named) return range;
    if (any != not_named) return any;
    return given ? 0 : 1'000;
  }
  std::uint16_t json_weight() const noexcept { return weight(json, application); }
};

/// Adds what a line of Accept names to `accepted`. A malformed weight is ignored, so it counts like
/// none, as 1 (RFC 9110, section 12.4.2). `*` alone, as some libraries send it, is `*/*`.
void add_accepted(std::string_view value, Accepted& accepted) noexcept;

}  // namespace rollcall::protocol
