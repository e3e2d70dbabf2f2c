#include "tests/postgres/cluster.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

/// "" if there is none.
std::string programs() {
  std::string found;
  const fs::path all = "/usr/lib/postgresql";
  if (!fs::exists(all)) return found;
  for (const auto& each : fs::directory_iterator(all)) {
    const fs::path bin = each.path() / "bin";
    if (fs::exists(bin / "postgres") && fs::exists(bin / "initdb")) found = bin.string() + "/";
  }
  return found;
}

/// PostgreSQL refuses to be run by root.
void become_ordinary() {
  if (::getuid() != 0) return;
  const passwd* const user = ::getpwnam("postgres");
  if (user == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0) {
    ::_exit(126);
  }
}

void run(const std::vector<std::string>& arguments, const std::string& output) {
  int status = 0;
  ::waitpid(spawn(arguments, output), &status, 0);
  if (status == 0) return;
  std::ifstream file(output);
  throw std::runtime_error(arguments[0] + " failed:\n" +
                           std::string(std::istreambuf_iterator<char>(file), {}));
}

/// The processes whose parent is `parent`.
std::vector<int> children_of(int parent) {
  std::vector<int> found;
  for (const auto& each : fs::directory_iterator("/proc")) {
    std::ifstream stat(each.path() / "stat");
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(')');
    if (end == text.npos) continue;
    char state = 0;
    int of = 0;
    if (std::sscanf(text.c_str() + end + 1, " %c %d", &state, &of) == 2 && of == parent) {
      found.push_back(std::stoi(each.path().filename().string()));
    }
  }
  return found;
}

}  // namespace

std::string host_of(const std::string& path) {
  std::string host;
  for (const char each : path) host += each == '/' ? "%2F" : std::string(1, each);
  return host;
}

int spawn(const std::vector<std::string>& arguments, const std::string& output) {
  std::vector<char*> words;
  for (const std::string& each : arguments) words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  const int child = ::fork();
  if (child != 0) return child;
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  become_ordinary();
  ::execv(words[0], words.data());
  ::_exit(127);
}

bool PostgresCluster::is_installed() { return !programs().empty(); }

PostgresCluster::PostgresCluster(const std::string& settings) {
  const char* const place = std::getenv("TMPDIR");
  // In memory if it may be: what is tested here is not the disk.
  std::string name = std::string(fs::exists("/dev/shm") ? "/dev/shm"
                                 : place                ? place
                                                        : "/tmp") +
                     "/rollcall-postgres-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  directory_ = name;
  ::chmod(directory_.c_str(), 0777);
  run({programs() + "initdb", "-D", directory_ + "/data", "-A", "trust", "-U", "rollcall", "-E",
       "UTF8", "--locale=C.UTF-8", "-N"},
      directory_ + "/initdb.log");
  std::ofstream(directory_ + "/data/postgresql.conf", std::ios::app)
      << "listen_addresses = ''\nunix_socket_directories = '" << directory_
      << "'\nshared_buffers = 64MB\nmax_connections = 60\nlog_min_messages = error\n"
      << "dynamic_shared_memory_type = mmap\n"
      << settings << '\n';
  start();
}

PostgresCluster::~PostgresCluster() {
  if (server_ >= 0) {
    // An end at once, but one that gives its shared memory back to the kernel.
    signal_all(SIGCONT);
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void PostgresCluster::start() {
  const std::vector<std::string> words{programs() + "postgres", "-D", directory_ + "/data"};
  server_ = spawn(words, directory_ + "/log");
  for (int i = 0; i < 600; ++i) {
    // It ends while a process of its killed predecessor still has the shared memory.
    if (::waitpid(server_, nullptr, WNOHANG) == server_) {
      server_ = spawn(words, directory_ + "/log");
    }
    if (query("SELECT 1") == "1\n") return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("the cluster does not start: " + directory_ + "/log");
}

void PostgresCluster::kill() {
  if (server_ < 0) return;
  const std::vector<int> all = children_of(server_);
  ::kill(server_, SIGKILL);
  for (const int each : all) ::kill(each, SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
  for (const int each : all) {
    while (::kill(each, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void PostgresCluster::stop() {
  ::kill(server_, SIGINT);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

void PostgresCluster::signal_all(int signal) const {
  for (const int each : children_of(server_)) ::kill(each, signal);
  ::kill(server_, signal);
}

std::string PostgresCluster::url(const std::string& schema) const {
  return "postgresql://rollcall@" + host_of(directory_) + "/postgres?options=-csearch_path%3D" +
         schema;
}

std::string PostgresCluster::new_schema() {
  const std::string name = "t" + std::to_string(++schemas_);
  query("CREATE SCHEMA " + name);
  return name;
}

std::string PostgresCluster::query(const std::string& sql) const {
  const std::string command = programs() + "psql -h '" + directory_ +
                              "' -U rollcall -d postgres -qAtX -c \"" + sql + "\" 2>/dev/null";
  std::string out;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  char text[4096];
  while (const std::size_t octets = std::fread(text, 1, sizeof text, pipe))
    out.append(text, octets);
  ::pclose(pipe);
  return out;
}

PostgresCluster& shared_cluster() {
  if (!PostgresCluster::is_installed()) {
    std::puts("skipped: PostgreSQL is not installed (script/bootstrap --postgres)");
    std::fflush(stdout);
    std::_Exit(77);
  }
  static PostgresCluster cluster;
  return cluster;
}

}  // namespace rollcall::tests
