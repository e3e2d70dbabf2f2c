#include "server/ops/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/ops/exposition.hpp"

namespace rollcall::server {
namespace {

/// All of a file of /proc; empty if it can't be read.
std::string contents(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The seconds since 1970 at which the machine started.
double machine_start() {
  constexpr std::string_view name = "\nbtime ";
  const std::string stat = contents("/proc/stat");
  const std::size_t at = stat.find(name);
  std::uint64_t seconds = 0;
  if (at == stat.npos) return 0;
  std::from_chars(stat.data() + at + name.size(), stat.data() + stat.size(), seconds);
  return static_cast<double>(seconds);
}

std::uint64_t open_descriptors() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error)) {
    ++count;
  }
  // One was open to read the folder.
  return count > 0 ? count - 1 : 0;
}

}  // namespace

std::optional<ProcessFigures> parse_process_stat(std::string_view stat) {
  // The name of the program may have spaces and parentheses in it.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  // The fields from the third on, in which a letter and negative numbers count as 0.
  for (std::size_t at = name_end + 1; at < stat.size();) {
    const std::size_t end = std::min(stat.find(' ', at), stat.size());
    if (end > at) {
      std::uint64_t number = 0;
      std::from_chars(stat.data() + at, stat.data() + end, number);
      numbers.push_back(number);
    }
    at = end + 1;
  }
  // proc(5) counts from 1.
  constexpr std::size_t first = 3;
  constexpr std::size_t utime = 14 - first, stime = 15 - first, threads = 20 - first;
  constexpr std::size_t start = 22 - first, size = 23 - first, resident = 24 - first;
  if (numbers.size() <= resident) return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  ProcessFigures figures;
  figures.processor_seconds = static_cast<double>(numbers[utime] + numbers[stime]) / ticks;
  figures.start_seconds = static_cast<double>(numbers[start]) / ticks;
  figures.threads = numbers[threads];
  figures.virtual_octets = numbers[size];
  figures.resident_octets = numbers[resident] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return figures;
}

std::optional<ProcessFigures> read_process() {
  std::optional<ProcessFigures> figures = parse_process_stat(contents("/proc/self/stat"));
  if (!figures) return std::nullopt;
  figures->start_seconds += machine_start();
  figures->descriptors = open_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures->max_descriptors = limit.rlim_cur;
  return figures;
}

void write_process(Exposition& page) {
  using Type = Exposition::Type;
  const std::optional<ProcessFigures> figures = read_process();
  if (!figures) return;
  page.single("process_cpu_seconds_total", Type::counter,
              "Processor time of the process, user and system.", figures->processor_seconds);
  page.single("process_resident_memory_bytes", Type::gauge, "Resident memory.",
              figures->resident_octets);
  page.single("process_virtual_memory_bytes", Type::gauge, "Virtual memory.",
              figures->virtual_octets);
  page.single("process_start_time_seconds", Type::gauge,
              "When the process started, in seconds since 1970.", figures->start_seconds);
  page.single("process_open_fds", Type::gauge, "Open descriptors.", figures->descriptors);
  page.single("process_max_fds", Type::gauge, "Limit of descriptors.", figures->max_descriptors);
  page.single("process_threads", Type::gauge, "Threads.", figures->threads);
}

}  // namespace rollcall::server
