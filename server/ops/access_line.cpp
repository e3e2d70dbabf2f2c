#include "server/ops/access_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/ops/answer_labels.hpp"

namespace rollcall::server {
namespace {

/// Appends members or `name=value`. No value needs an escape in either.
class Members {
 public:
  Members(std::string& into, const LogStyle& style) noexcept
      : into_(into), json_(style.format == LogFormat::json) {}

  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    begin(name);
    if (json_) into_ += '"';
    into_.append(value);
    if (json_) into_ += '"';
  }
  void number(std::string_view name, std::uint64_t value) {
    begin(name);
    std::array<char, 24> digits;
    into_.append(digits.data(),
                 std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  /// Exact to the microsecond.
  void seconds(std::string_view name, std::chrono::nanoseconds time) {
    begin(name);
    const double value = std::chrono::duration<double>(time).count();
    std::array<char, 64> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::fixed, 6);
    into_.append(digits.data(), end.ptr);
  }
  void truth(std::string_view name, bool value) {
    begin(name);
    into_.append(value ? "true" : "false");
  }

 private:
  void begin(std::string_view name) {
    if (json_) {
      into_.append(",\"").append(name).append("\":");
    } else {
      (into_ += ' ').append(name) += '=';
    }
  }

  std::string& into_;
  const bool json_;
};

std::string client_of(const AccessRecord& record, LoggedClient how) {
  constexpr unsigned v4_bits = 24, v6_bits = 48;
  if (!record.client || how == LoggedClient::none) return "";
  if (how == LoggedClient::full) return protocol::text_of(*record.client);
  const unsigned bits = protocol::is_ipv4(*record.client) ? v4_bits : v6_bits;
  return protocol::text_of(protocol::prefix_of(*record.client, bits)) + "/" + std::to_string(bits);
}

}  // namespace

void append_access_line(std::string& into, const LogStyle& style, LoggedClient client,
                        const AccessRecord& record, WallTime time) {
  begin_line(into, style, LogLevel::info, time);
  const bool json = style.format == LogFormat::json;
  into.append(json ? R"(,"message":"answered")" : "answered");
  Members members(into, style);
  const std::size_t method =
      std::min(static_cast<std::size_t>(record.method), answer_methods.size() - 1);
  members.text("method", answer_methods[method]);
  members.text("route", answer_routes[static_cast<std::size_t>(record.resource)]);
  members.number("status", record.status);
  members.seconds("seconds", std::max(record.ended - record.begun, std::chrono::nanoseconds(0)));
  members.number("octets_in", record.octets_in);
  members.number("octets_out", record.octets_out);
  if (!record.whole) members.truth("whole", false);
  members.text("client", client_of(record, client));
  members.text("request_id", record.id());
  if (record.trace) members.text("trace_id", {record.trace->data(), record.trace->size()});
  into.append(json ? "}\n" : "\n");
}

}  // namespace rollcall::server
