#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rollcall::server {

class Exposition;

/// What the kernel says of this process.
struct ProcessFigures {
  double processor_seconds = 0;
  double start_seconds = 0;  ///< Since 1970.
  std::uint64_t resident_octets = 0;
  std::uint64_t virtual_octets = 0;
  std::uint64_t threads = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t max_descriptors = 0;
};

/// `stat` is /proc/self/stat as proc(5) has it. Of it the times, the sizes and the threads, without
/// the time of the machine's start, which `start_seconds` counts from. Nothing if it is something
/// else.
std::optional<ProcessFigures> parse_process_stat(std::string_view stat);

/// Nothing without /proc.
std::optional<ProcessFigures> read_process();

/// By the names that Prometheus' clients have for them. Nothing without /proc.
void write_process(Exposition& page);

}  // namespace rollcall::server
