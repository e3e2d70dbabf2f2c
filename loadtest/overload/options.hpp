#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// The options of overload.
namespace rollcall::loadtest {

struct OverloadOptions {
  std::uint16_t port = 0;
  std::size_t connections = 256;      ///< Of the closed loop that measures the capacity.
  std::uint64_t capacity = 0;         ///< Creates per second; 0: it is measured first,
  std::uint64_t fill_seconds = 1;     ///< after the closed loop has run for so long,
  std::uint64_t measure_seconds = 2;  ///< for so long.
  std::uint64_t percent = 200;        ///< Of the capacity, during the overload.
  std::uint64_t calm_percent = 70;    ///< Before it and behind it.
  std::uint64_t seconds = 3;
  std::uint64_t patience_ms = 1'000;
  std::size_t body_octets = 0;  ///< Of a request's body, if it would be shorter.
  bool cold = false;            ///< The overload is all there is, from the first moment on.
};

inline constexpr std::string_view overload_usage =
    "usage: overload --port N [--connections N] [--capacity N] [--percent N] [--calm-percent N]\n"
    "                [--seconds N] [--patience-ms N] [--fill-seconds N] [--measure-seconds N]\n"
    "                [--body-octets N] [--cold 1]\n"
    "\n"
    "Sends more creates to 127.0.0.1 than a server can make, by clients that give up. Each "
    "request\n"
    "is due at its time, whatever became of others; it takes a connection that is free, or a new\n"
    "one. A client that has no answer when its patience ends closes its connection.\n"
    "\n"
    "  --connections N   of the closed loop that measures the capacity first (default 256)\n"
    "  --capacity N      creates per second, instead of measuring it\n"
    "  --fill-seconds N  of the closed loop before it is measured (default 1)\n"
    "  --measure-seconds N   of measuring it (default 2)\n"
    "  --percent N       of the capacity that is offered in the overload (default 200)\n"
    "  --calm-percent N  of it, before and behind the overload (default 70)\n"
    "  --seconds N       of the overload, and of what is behind it (default 3)\n"
    "  --patience-ms N   until a client gives up (default 1000)\n"
    "  --body-octets N   of a request's body, which a member of numbers fills that the server "
    "reads\n"
    "                    and ignores (default: no such member)\n"
    "  --cold 1          nothing but the overload; needs --capacity; the server may start later\n";

[[noreturn]] inline void refuse_overload(std::string_view problem, std::string_view argument) {
  std::fprintf(stderr, "overload: %.*s%.*s\n%.*s", static_cast<int>(problem.size()), problem.data(),
               static_cast<int>(argument.size()), argument.data(),
               static_cast<int>(overload_usage.size()), overload_usage.data());
  std::exit(2);
}

inline std::uint64_t read_overload_number(std::string_view name, std::string_view value) {
  std::uint64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || last != end) refuse_overload("bad value of ", name);
  return number;
}

inline OverloadOptions parse_overload_options(int argc, char** argv) {
  OverloadOptions options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      std::printf("%.*s", static_cast<int>(overload_usage.size()), overload_usage.data());
      std::exit(0);
    }
    if (i + 1 == argc) refuse_overload("no value for ", name);
    const std::uint64_t value = read_overload_number(name, argv[i + 1]);
    if (name == "--port") {
      options.port = static_cast<std::uint16_t>(value);
    } else if (name == "--connections") {
      options.connections = value;
    } else if (name == "--capacity") {
      options.capacity = value;
    } else if (name == "--percent") {
      options.percent = value;
    } else if (name == "--calm-percent") {
      options.calm_percent = value;
    } else if (name == "--seconds") {
      options.seconds = value;
    } else if (name == "--patience-ms") {
      options.patience_ms = value;
    } else if (name == "--body-octets") {
      options.body_octets = value;
    } else if (name == "--fill-seconds") {
      options.fill_seconds = value;
    } else if (name == "--measure-seconds") {
      options.measure_seconds = std::max<std::uint64_t>(value, 1);
    } else if (name == "--cold") {
      options.cold = value != 0;
    } else {
      refuse_overload("unknown option ", name);
    }
  }
  if (options.port == 0) refuse_overload("no ", "--port");
  if (options.cold && options.capacity == 0) refuse_overload("--cold needs ", "--capacity");
  return options;
}

}  // namespace rollcall::loadtest
