#include "protocol/http/field_value.hpp"

#include <algorithm>

#include "protocol/http/letters.hpp"
#include "protocol/limits.hpp"
#include "protocol/text.hpp"
#include "storage/limits.hpp"

namespace rollcall::protocol {

std::string_view trim(std::string_view text) noexcept {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_token_character(char c) noexcept {
  const auto between = [c](char first, char last) { return c >= first && c <= last; };
  return between('A', 'Z') || between('a', 'z') || between('0', '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

namespace {

MediaType to_rarer_media_type(std::string_view value, LinesType& lines) noexcept {
  const std::string_view essence = trim(value.substr(0, value.find(';')));
  if (equals(essence, "application/json")) return MediaType::json;
  if (read_lines_type(essence, lines)) return MediaType::ndjson;
  if (equals(essence, "application/merge-patch+json")) return MediaType::merge_patch;
  return MediaType::other;
}

}  // namespace

MediaType to_media_type(std::string_view value, LinesType& lines) noexcept {
  // As it is written nearly always.
  if (equals(value, "application/json")) return MediaType::json;
  return to_rarer_media_type(value, lines);
}

namespace {

/// Up to the next `separator`; takes it off `text`, with the separator.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(taken);
}

}  // namespace

bool names_coding(std::string_view value) noexcept {
  while (!value.empty()) {
    const std::string_view coding = take_until(value, ',');
    if (!coding.empty() && !equals(coding, "identity")) return true;
  }
  return false;
}

void add_preferences(std::string_view value, Preferences& preferences) noexcept {
  while (!value.empty()) {
    std::string_view preference = take_until(value, ',');
    std::string_view text = take_until(preference, ';');
    const std::string_view name = trim(take_until(text, '='));
    text = trim(text);
    if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
      text = text.substr(1, text.size() - 2);
    }
    const auto note = [&](Preferences::Said& said, std::string_view wanted) {
      if (said != Preferences::Said::nothing) return;
      said = text == wanted ? Preferences::Said::yes : Preferences::Said::otherwise;
    };
    if (equals(name, "return")) note(preferences.minimal, "minimal");
    if (equals(name, "answer")) note(preferences.early, "early");
  }
}

bool read_idempotency_key(std::string_view value, std::string& key) {
  key.clear();
  const auto fits = [&] {
    return !key.empty() && key.size() <= storage::max_idempotency_key_octets;
  };
  if (!value.starts_with('"')) {
    constexpr std::string_view separators = " \t\",;\\";
    key = value;
    return value.find_first_of(separators) == value.npos && is_printable_ascii(value) && fits();
  }
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"') {
      // Parameters, of which none means anything here (RFC 8941, section 3.3).
      const bool ends = i + 1 == value.size() || value[i + 1] == ';';
      return ends && is_printable_ascii(value) && fits();
    }
    if (value[i] == '\\') {
      ++i;
      if (i == value.size() || (value[i] != '"' && value[i] != '\\')) return false;
    }
    key += value[i];
  }
  return false;
}

bool names_other_version(std::string_view bytes) noexcept {
  const std::string_view line = bytes.substr(0, bytes.find('\r'));
  constexpr std::size_t size = std::string_view("HTTP/2.0").size();
  if (line.size() <= size) return false;
  const std::string_view version = line.substr(line.size() - size);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  // One that is spoken here was refused for what stands around it.
  if (version == "HTTP/1.0" || version == "HTTP/1.1") return false;
  return line[line.size() - size - 1] == ' ' && version.starts_with("HTTP/") && digit(version[5]) &&
         version[6] == '.' && digit(version[7]);
}

bool begins_with_method(std::string_view bytes, std::string_view method) noexcept {
  return bytes.starts_with(method) && bytes.size() > method.size() &&
         !is_token_character(bytes[method.size()]);
}

bool has_long_target(std::string_view bytes) noexcept {
  const std::size_t end = bytes.find('\r');
  if (end == bytes.npos) return true;
  const std::string_view line = bytes.substr(0, end);
  return line.rfind(' ') - std::min(line.find(' '), line.size()) > max_target_octets + 1;
}

}  // namespace rollcall::protocol
