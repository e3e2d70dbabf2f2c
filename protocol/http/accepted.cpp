#include "protocol/http/accepted.hpp"

#include <algorithm>

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::uint16_t most_weight = 1'000;

/// A qvalue in thousandths (RFC 9110, section 12.4.2): 0 or 1, optionally with a point and up to
/// three digits, which are zeros after a 1. A malformed weight counts as absent.
std::uint16_t to_weight(std::string_view text) noexcept {
  if (text.empty() || text.size() > std::string_view("0.000").size()) return most_weight;
  if (text[0] != '0' || (text.size() > 1 && text[1] != '.')) return most_weight;
  unsigned weight = 0;
  unsigned unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return most_weight;
    weight += unit * static_cast<unsigned>(c - '0');
    unit /= 10;
  }
  return static_cast<std::uint16_t>(weight);
}

/// Up to the next `separator` that is not in a quoted string (RFC 9110, section 5.6.4); takes it
/// off `text`, with the separator.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (text[end] == '\\' && quoted) ++end;
  }
  end = std::min(end, text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(taken);
}

std::uint16_t weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (equals(parameter.substr(0, 2), "q=")) return to_weight(parameter.substr(2));
  }
  return most_weight;
}

void add_lines(LinesType type, std::uint16_t weight, Accepted& accepted) noexcept {
  if (accepted.lines != Accepted::not_named && accepted.lines >= weight) return;
  accepted.lines = weight;
  accepted.lines_type = type;
}

}  // namespace

std::string_view name_of(LinesType type) noexcept {
  switch (type) {
    case LinesType::x_ndjson:
      break;
    case LinesType::ndjson:
      return "application/ndjson";
    case LinesType::jsonl:
      return "application/jsonl";
    case LinesType::x_jsonlines:
      return "application/x-jsonlines";
  }
  return "application/x-ndjson";
}

bool read_lines_type(std::string_view essence, LinesType& type) noexcept {
  if (equals(essence, "application/x-ndjson")) {
    type = LinesType::x_ndjson;
  } else if (equals(essence, "application/ndjson")) {
    type = LinesType::ndjson;
  } else if (equals(essence, "application/jsonl")) {
    type = LinesType::jsonl;
  } else if (equals(essence, "application/x-jsonlines")) {
    type = LinesType::x_jsonlines;
  } else {
    return false;
  }
  return true;
}

Accepted::Choice Accepted::json_or_lines() const noexcept {
  const std::uint16_t one_user = json_weight();
  const std::uint16_t all = weight(lines, application);
  if (one_user == 0 && all == 0) return Choice::neither;
  const bool asked_for = lines != not_named && all >= one_user;
  return one_user == 0 || asked_for ? Choice::second : Choice::first;
}

bool Accepted::prefers_json_to_html() const noexcept {
  // Without a word of it, a program asks: a browser names it.
  if (html == not_named && text == not_named) return true;
  return json_weight() > weight(html, text) || weight(html, text) == 0;
}

void add_accepted(std::string_view value, Accepted& accepted) noexcept {
  while (!value.empty()) {
    std::string_view range = take_until(value, ',');
    const std::string_view essence = take_until(range, ';');
    if (essence.empty()) continue;
    accepted.given = true;
    LinesType type{};
    if (equals(essence, "application/json")) {
      accepted.json = weight_of(range);
    } else if (read_lines_type(essence, type)) {
      add_lines(type, weight_of(range), accepted);
    } else if (equals(essence, "text/html")) {
      accepted.html = weight_of(range);
    } else if (equals(essence, "text/*")) {
      accepted.text = weight_of(range);
    } else if (equals(essence, "application/*")) {
      accepted.application = weight_of(range);
    } else if (essence == "*/*" || essence == "*") {
      accepted.any = weight_of(range);
    }
  }
}

}  // namespace rollcall::protocol
