#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// The options of open_loop.
namespace rollcall::loadtest {

struct OpenLoopOptions {
  std::uint16_t port = 0;
  std::size_t connections = 64;
  std::uint64_t rate = 0;  ///< Requests per second; 0 sends one as soon as a connection is free.
  std::uint64_t seconds = 5;
  std::uint64_t warmup = 1;
  std::uint64_t read = 0;    ///< The id of the user that is read; 0: users are created.
  std::string distribution;  ///< File for the latency at many percentiles; may be empty.
};

inline constexpr std::string_view open_loop_usage =
    "usage: open_loop --port N [--connections N] [--rate N] [--seconds N] [--warmup N]\n"
    "                 [--read ID] [--distribution FILE]\n"
    "\n"
    "Sends creates to 127.0.0.1 at a fixed rate, whether or not the server keeps up, and prints\n"
    "their latency: from when a request was due, not from when it could be sent.\n"
    "\n"
    "  --rate N          requests a second; 0: as many as the connections take (default 0)\n"
    "  --read ID         reads the user with this id instead\n"
    "  --distribution F  writes lines of a percentile and its latency in microseconds to F\n";

[[noreturn]] inline void refuse_option(std::string_view problem, std::string_view argument) {
  std::fprintf(stderr, "open_loop: %.*s%.*s\n%.*s", static_cast<int>(problem.size()),
               problem.data(), static_cast<int>(argument.size()), argument.data(),
               static_cast<int>(open_loop_usage.size()), open_loop_usage.data());
  std::exit(2);
}

template <typename Number>
Number read_number(std::string_view name, std::string_view value, std::uint64_t least) {
  Number number{};
  const char* end = value.data() + value.size();
  const auto [last, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || last != end || number < least) refuse_option("bad value of ", name);
  return number;
}

inline OpenLoopOptions parse_open_loop_options(int argc, char** argv) {
  OpenLoopOptions options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      std::printf("%.*s", static_cast<int>(open_loop_usage.size()), open_loop_usage.data());
      std::exit(0);
    }
    if (i + 1 == argc) refuse_option("no value for ", name);
    const std::string_view value = argv[i + 1];
    if (name == "--port") {
      options.port = read_number<std::uint16_t>(name, value, 1);
    } else if (name == "--connections") {
      options.connections = read_number<std::size_t>(name, value, 1);
    } else if (name == "--rate") {
      options.rate = read_number<std::uint64_t>(name, value, 0);
    } else if (name == "--seconds") {
      options.seconds = read_number<std::uint64_t>(name, value, 1);
    } else if (name == "--warmup") {
      options.warmup = read_number<std::uint64_t>(name, value, 0);
    } else if (name == "--read") {
      options.read = read_number<std::uint64_t>(name, value, 1);
    } else if (name == "--distribution") {
      options.distribution = value;
    } else {
      refuse_option("unknown option ", name);
    }
  }
  if (options.port == 0) refuse_option("no ", "--port");
  return options;
}

}  // namespace rollcall::loadtest
