#pragma once

#include <memory>
#include <string>
#include <vector>

namespace rollcall::tests {

/// A PostgreSQL of this test's own: a temporary cluster with a Unix socket and nothing else, run by
/// an ordinary user even if the test is run by root. It ends with this.
class PostgresCluster {
 public:
  /// Starts it. `settings` are lines of postgresql.conf. Throws std::runtime_error.
  explicit PostgresCluster(const std::string& settings = "");
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// PostgreSQL is installed (script/bootstrap --postgres).
  static bool is_installed();

  /// Where its socket is, and what the test may put beside it.
  const std::string& directory() const noexcept { return directory_; }
  /// The URL of its database, with `schema` for the tables.
  std::string url(const std::string& schema) const;
  /// Makes a schema that no test has used, and gives its name.
  std::string new_schema();
  /// Runs SQL through psql: what it prints, unaligned.
  std::string query(const std::string& sql) const;

  /// kill -9 of the server and all its processes; start() brings it back.
  void kill();
  void stop();
  void start();
  /// SIGSTOP or SIGCONT to all of its processes.
  void signal_all(int signal) const;

 private:
  std::string directory_;
  int server_ = -1;  ///< The process.
  int schemas_ = 0;
};

/// Runs a program as an ordinary user, with what it says in the file `output`. Its process.
int spawn(const std::vector<std::string>& arguments, const std::string& output);
/// `path` as the host of a URL.
std::string host_of(const std::string& path);

/// That of this program: started when it is first asked for. Ends the program with exit code 77, in
/// words, where PostgreSQL is not installed.
PostgresCluster& shared_cluster();

}  // namespace rollcall::tests
