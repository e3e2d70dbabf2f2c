#include "storage/store_url.hpp"

#include <algorithm>
#include <string_view>

namespace rollcall::storage {
namespace {

constexpr std::string_view sqlite = "sqlite:";

/// A password with an unescaped '/', '?' or '@' can be anywhere: nobody can tell where it ends.
bool hides_parts(std::string_view url) noexcept {
  const std::size_t user = url.find("//") + 2;
  const std::size_t end = std::min(url.find_first_of("/?", user), url.size());
  const std::size_t at = url.find('@', user);
  return at != url.npos && (at > end || url.rfind('@') != at);
}

/// Each value of `query`, unless its name is plain and has nothing to do with passwords.
std::string shown_query(std::string_view query) {
  std::string shown;
  while (!query.empty()) {
    // Behind the '?' or '&' that it begins with.
    const std::string_view part = query.substr(0, query.find('&', 1));
    query.remove_prefix(part.size());
    const std::string_view name = part.substr(1, part.find('=', 1) - 1);
    const bool plain = name.size() + 1 < part.size() &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos &&
                       name.find("pass") == name.npos;
    shown += part[0];
    if (plain) {
      shown += part.substr(1);
    } else {
      // Without a '=' it may be what is behind the '&' in a password.
      if (name.size() + 1 < part.size()) shown.append(name) += '=';
      shown += "***";
    }
  }
  return shown;
}

constexpr std::string_view ordered_ids = "ids=ordered";

/// Where that parameter begins: behind the '?' or '&' before it.
std::size_t place_of_ordered_ids(std::string_view url) noexcept {
  for (std::size_t at = url.find('?'); at != url.npos; at = url.find('&', at + 1)) {
    const std::string_view part = url.substr(at + 1, url.find('&', at + 1) - at - 1);
    if (part == ordered_ids) return at + 1;
  }
  return url.npos;
}

}  // namespace

bool has_ordered_ids(const std::string& url) noexcept {
  return place_of_ordered_ids(url) != url.npos;
}

std::string connection_url(const std::string& url) {
  std::string rest = url;
  for (std::size_t at; (at = place_of_ordered_ids(rest)) != rest.npos;) {
    // With the '&' behind it, or else with what is before it.
    const bool is_last = at + ordered_ids.size() == rest.size();
    rest.erase(is_last ? at - 1 : at, ordered_ids.size() + 1);
  }
  return rest;
}

bool is_postgres_url(const std::string& url) noexcept {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

bool is_store_url(const std::string& url) noexcept {
  if (url == "memory:" || is_postgres_url(url)) return true;
  // :memory: is SQLite's name for a database without a file.
  return url.starts_with(sqlite) && url.size() > sqlite.size() && url != "sqlite::memory:";
}

std::string shown_store(const std::string& url) {
  if (!is_postgres_url(url)) return url;
  if (hides_parts(url)) return "postgresql://***";
  std::string shown = url;
  const std::size_t user = shown.find("//") + 2;
  const std::size_t end = std::min(shown.find_first_of("/?", user), shown.size());
  const std::size_t at = shown.rfind('@', end);
  if (at != shown.npos && at > user) {
    const std::size_t colon = shown.find(':', user);
    if (colon < at) shown.replace(colon, at - colon, ":***");
  }
  const std::size_t query = shown.find('?', user);
  return query == shown.npos ? shown : shown.substr(0, query) + shown_query(shown.substr(query));
}

std::string sqlite_path(const std::string& url) {
  if (url == "memory:") {
    throw StoreOpenError({.reason = OpenFailure::Reason::not_durable, .path = url});
  }
  if (is_postgres_url(url)) {
    throw StoreOpenError(
        {.reason = OpenFailure::Reason::not_a_file_store, .path = shown_store(url)});
  }
  if (!is_store_url(url)) {
    throw StoreOpenError({.reason = OpenFailure::Reason::unknown_store, .path = url});
  }
  return url.substr(sqlite.size());
}

OpenFailure shown_failure(const std::string& url, OpenFailure failure) {
  if (hides_parts(url) && failure.reason == OpenFailure::Reason::database_not_reached) {
    // libpq repeats what it takes for a host or a port.
    failure.detail = "escape '/', '?' and '@' in the URL's user, password and parameters";
  }
  return failure;
}

}  // namespace rollcall::storage
