#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace rollcall::loadtest {

/// What became of the requests of one part of the run, by when they were due.
struct Part {
  std::uint64_t due = 0;
  std::uint64_t created = 0;
  std::uint64_t refused = 0;  ///< 503.
  std::uint64_t other = 0;    ///< Any other answer.
  std::uint64_t given_up = 0;
  std::uint64_t lost = 0;     ///< The connection ended, or was refused.
  std::uint64_t skipped = 0;  ///< Not due: the generator was too late for it.
  // Whether the generator sets the limit, not the server.
  double latest_ms = 0;       ///< How much too late it sent one, at most.
  double own_processors = 0;  ///< What it used itself,
  double processors = 0;      ///< and the whole machine, in all that time.
};

/// Time of processors used so far, in seconds: by this program, and by the whole machine.
struct ProcessorTime {
  static ProcessorTime now() {
    timespec own{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    ProcessorTime time;
    time.own = static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) * 1e-9;
    // proc(5): user, nice, system, idle, iowait, irq, softirq, in ticks.
    double ticks[7] = {};
    if (std::FILE* const file = std::fopen("/proc/stat", "re")) {
      if (std::fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf", &ticks[0], &ticks[1], &ticks[2],
                      &ticks[3], &ticks[4], &ticks[5], &ticks[6]) == 7) {
        time.all = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) /
                   static_cast<double>(::sysconf(_SC_CLK_TCK));
      }
      std::fclose(file);
    }
    return time;
  }

  double own = 0;
  double all = 0;
};

inline void tell(const char* name, const Part& part) {
  std::printf(
      "%-9s due=%llu created=%llu refused=%llu given_up=%llu lost=%llu other=%llu skipped=%llu "
      "latest_ms=%.1f own_processors=%.2f processors=%.2f\n",
      name, static_cast<unsigned long long>(part.due),
      static_cast<unsigned long long>(part.created), static_cast<unsigned long long>(part.refused),
      static_cast<unsigned long long>(part.given_up), static_cast<unsigned long long>(part.lost),
      static_cast<unsigned long long>(part.other), static_cast<unsigned long long>(part.skipped),
      part.latest_ms, part.own_processors, part.processors);
}

inline double ratio(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(whole, 1));
}

}  // namespace rollcall::loadtest
