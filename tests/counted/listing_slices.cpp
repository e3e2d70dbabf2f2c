#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "storage/local/table_scan.hpp"

/// What listings of a large table cost the thread that makes them: its processor time for all
/// slices of one and for the longest slice, and the memory that the process needs more than for the
/// users.
namespace rollcall::storage {
namespace {

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Six digits that hardly repeat among neighbours, so that no order is that of the ids.
std::string scattered(UserId id) {
  const std::string digits = std::to_string(id * 2'654'435'761U % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

enum class Names { ascii, beyond };

void fill(Table& table, UserId users, Names names) {
  for (UserId id = 1; id <= users; ++id) {
    const std::string last =
        (names == Names::ascii ? "Meere" : "M\xc3\xa4\xc3\xa4re") + scattered(id);
    const std::string email = "user" + std::to_string(id) + "@example.com";
    if (!table.insert(id, {last, "Johanna", email})) std::abort();
  }
}

void measure(const Table& table, const char* what, ListRequest request) {
  ListOperation operation;
  operation.request = std::move(request);
  const long before = peak_kib();
  std::vector<double> slices;
  TableScan scan(table, operation);
  for (bool done = false; !done;) {
    const double begin = cpu_ms();
    done = scan.slice();
    slices.push_back(cpu_ms() - begin);
  }
  double total = 0;
  for (const double each : slices) total += each;
  std::sort(slices.begin(), slices.end());
  std::printf(
      "%-44s %9.1f ms in %7zu slices, p99.9 %6.3f, longest %6.3f ms, %6ld KiB, %zu of %llu\n", what,
      total, slices.size(), slices[slices.size() * 999 / 1'000], slices.back(), peak_kib() - before,
      operation.users.size(), static_cast<unsigned long long>(operation.total));
}

ListRequest sorted(bool descending, std::uint64_t skip, std::size_t member = 0) {
  ListRequest request;
  request.order = {{member, descending}};
  request.limit = max_listed_users;
  request.skip = skip;
  return request;
}

ListRequest search(const char* text) {
  ListRequest request;
  request.filter.substrings = {text};
  request.limit = max_listed_users;
  return request;
}

}  // namespace
}  // namespace rollcall::storage

int main(int count, char** arguments) {
  using namespace rollcall::storage;
  const UserId users = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
  const Names names = count > 2 ? Names::beyond : Names::ascii;
  Table table;
  fill(table, users, names);
  std::printf("%llu users: %ld KiB\n", static_cast<unsigned long long>(users), peak_kib());
  measure(table, "_sort=last-name", sorted(false, 0));
  measure(table, "_sort=last-name&_start=10000", sorted(false, max_sorted_skip));
  measure(table, "_sort=-email&_start=10000", sorted(true, max_sorted_skip, 2));
  ListRequest request = sorted(false, 0);
  request.after = users / 2;
  measure(table, "_sort=last-name&after=...", request);
  ListRequest exact;
  exact.filter[Member::email] = {"nobody@example.com"};
  exact.limit = max_listed_users;
  measure(table, "email=nobody@example.com", exact);
  measure(table, "q=nobody", search("nobody"));
  measure(table,
          "q=n\xc3\xb6"
          "body",
          search("n\xc3\xb6"
                 "body"));
}
