#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"

/// One SIGINT or SIGTERM ends every command, whatever it waits for: input that does not come,
/// output that nobody reads. tests/faults/stop_signals.c raises it at the worst moment.
namespace rollcall::tests {
namespace {

using std::chrono::milliseconds;

/// A pipe that stays open: nobody writes to it or reads from it but the test.
class SilentPipe {
 public:
  explicit SilentPipe(std::string path) : path_(std::move(path)) {
    BOOST_REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    BOOST_REQUIRE(descriptor_ >= 0);
  }
  ~SilentPipe() { ::close(descriptor_); }
  SilentPipe(const SilentPipe&) = delete;
  SilentPipe& operator=(const SilentPipe&) = delete;

  const std::string& path() const noexcept { return path_; }
  void write(const std::string& text) const {
    BOOST_REQUIRE(::write(descriptor_, text.data(), text.size()) ==
                  static_cast<ssize_t>(text.size()));
  }
  void fill() const {
    const std::array<char, 4'096> octets{};
    while (::write(descriptor_, octets.data(), octets.size()) > 0) continue;
  }

 private:
  const std::string path_;
  int descriptor_ = -1;
};

std::string many(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) {
    text +=
        R"({"last-name":"L","first-name":"F","email":"a@x.org","id":)" + std::to_string(i) + "}\n";
  }
  return text;
}

struct Place {
  TemporaryDirectory directory;
  std::string data = directory.file("a.db");
  std::string store = "sqlite:" + data;
  SilentPipe in{directory.file("in")};
  SilentPipe out{directory.file("out")};

  /// Runs the program through a shell, which redirects and becomes it.
  Program start(const std::string& words, const Program::Arguments& environment = {}) const {
    return Program("/bin/sh", {"-c", std::string("exec ") + ROLLCALL_PROGRAM + " " + words},
                   environment);
  }
  void import(int users) const {
    std::ofstream(directory.file("users")) << many(1, users);
    BOOST_REQUIRE(run({"import", directory.file("users"), "--store", store}).code == 0);
  }
  std::string exported() const { return run({"export", "--store", store}).out; }
  std::string from_pipe() const {
    return "import --format ndjson --store " + store + " - <" + in.path();
  }
  std::string to_pipe() const { return " --store " + store + " >" + out.path(); }
};

/// The program is in a wait, again and again: it may wait for the disk before.
void wait_until_it_waits(Program& program) {
  for (int times = 0; times < 20;) {
    BOOST_REQUIRE(!program.wait(milliseconds(5)));
    std::ifstream stream("/proc/" + std::to_string(program.pid()) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    times = has(text, "(rollcall) S ") ? times + 1 : 0;
  }
}

constexpr int stop_signals[] = {SIGINT, SIGTERM};
const std::vector<std::string> calls{"poll", "read"};

}  // namespace

BOOST_AUTO_TEST_SUITE(signals)

BOOST_DATA_TEST_CASE(an_import_that_waits_for_input_ends_and_what_it_read_is_there,
                     boost::unit_test::data::make(stop_signals), number) {
  const Place place;
  Program program = place.start(place.from_pipe());
  place.in.write(many(1, 3));
  wait_until_it_waits(program);
  program.signal(number);
  BOOST_TEST(program.wait().value_or(-1) == 128 + number);
  BOOST_TEST(has(program.error_output(), "interrupted at line 3; imported users are on disk"));
  BOOST_TEST(place.exported() == many(1, 3));
}

BOOST_DATA_TEST_CASE(a_signal_just_before_it_waits_for_input_ends_an_import,
                     boost::unit_test::data::make(stop_signals) *
                         boost::unit_test::data::make(calls),
                     number, call) {
  const Place place;
  Program program =
      place.start(place.from_pipe(),
                  {"LD_PRELOAD=" STOP_SIGNALS_LIBRARY, "ASAN_OPTIONS=verify_asan_link_order=0",
                   "ROLLCALL_TEST_SIGNAL=" + call + " " + std::to_string(number)});
  place.in.write(many(1, 3));
  if (std::string_view(call).starts_with("read")) {
    wait_until_it_waits(program);
    place.in.write(many(4, 4));
  }
  BOOST_TEST(program.wait().value_or(-1) == 128 + number);
  BOOST_TEST(has(program.error_output(), "interrupted at line 3"), program.error_output());
}

BOOST_DATA_TEST_CASE(an_interrupted_import_ends_although_nobody_reads_its_report,
                     boost::unit_test::data::make(stop_signals), number) {
  const Place place;
  place.out.fill();
  Program program = place.start(place.from_pipe() + " >" + place.out.path() + " 2>&1");
  place.in.write(many(1, 3));
  wait_until_it_waits(program);
  program.signal(number);
  BOOST_TEST(program.wait().value_or(-1) == 128 + number);
  BOOST_TEST(place.exported() == many(1, 3));
}

BOOST_DATA_TEST_CASE(a_signal_ends_each_command_that_waits_for_its_output_to_be_read,
                     boost::unit_test::data::make(stop_signals), number) {
  const Place place;
  place.import(3);
  place.out.fill();
  std::ofstream(place.directory.file("more")) << many(4, 6);
  for (const std::string& words :
       {"export" + place.to_pipe(), "check " + place.data + " >" + place.out.path(),
        "backup " + place.directory.file("copy.db") + place.to_pipe(),
        "import " + place.directory.file("more") + place.to_pipe(),
        "restore " + place.directory.file("copy.db") + " --store " + place.store + "2 >" +
            place.out.path()}) {
    Program program = place.start(words);
    wait_until_it_waits(program);
    program.signal(number);
    BOOST_TEST(program.wait().value_or(-1) == 128 + number, words);
  }
  // What they did before they had to wait is done.
  BOOST_TEST(place.exported() == many(1, 6));
  BOOST_TEST(run({"export", "--store", place.store + "2"}).out == many(1, 3));
}

BOOST_DATA_TEST_CASE(a_signal_that_is_blocked_by_whoever_starts_it_ends_it_all_the_same,
                     boost::unit_test::data::make(stop_signals), number) {
  const Place place;
  place.import(3);
  place.out.fill();
  for (const std::string& words : {place.from_pipe(), "export" + place.to_pipe(),
                                   "check " + place.data + " >" + place.out.path()}) {
    sigset_t blocked;
    ::sigfillset(&blocked);
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    Program program = place.start(words);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    wait_until_it_waits(program);
    program.signal(number);
    BOOST_TEST(program.wait().value_or(-1) == 128 + number, words);
  }
}

// The kernel gives the first process of a container no default for signals (pid_namespaces(7)).
BOOST_DATA_TEST_CASE(the_first_process_of_a_container_ends_while_it_waits_for_its_store,
                     boost::unit_test::data::make(stop_signals), number) {
  const Program::Arguments contained{"--user", "--map-root-user", "--pid", "--fork",
                                     "--kill-child"};
  Program::Arguments words = contained;
  words.emplace_back("/bin/true");
  if (Program may("/usr/bin/unshare", words); may.wait().value_or(-1) != 0) {
    BOOST_TEST_MESSAGE("skipped: unshare(1) can't make a container here");
    return;
  }
  words.pop_back();
  // A database that is not there is waited for, for longer than this test takes.
  words.insert(words.end(), {ROLLCALL_PROGRAM, "--listen", "127.0.0.1:0", "--store",
                             "postgresql://127.0.0.1:1/none"});
  Program container("/usr/bin/unshare", words);
  const std::string outer = std::to_string(container.pid());
  pid_t first = 0;
  for (std::string name; name != "rollcall";) {
    BOOST_REQUIRE(!container.wait(milliseconds(5)));
    std::ifstream("/proc/" + outer + "/task/" + outer + "/children") >> first;
    std::ifstream("/proc/" + std::to_string(first) + "/comm") >> name;
  }
  // One that comes before it has come to main() is lost.
  std::optional<int> code;
  for (int i = 0; i < 100 && !code; ++i) {
    ::kill(first, number);
    code = container.wait(milliseconds(100));
  }
  BOOST_TEST(code.value_or(-1) == 128 + number);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
