#include "server/ops/service_manager.hpp"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

std::string take(const char* name) {
  const char* const value = std::getenv(name);
  const std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string extend_by(std::chrono::microseconds time) {
  return "EXTEND_TIMEOUT_USEC=" + std::to_string(time.count());
}

}  // namespace

ServiceManager::ServiceManager(boost::asio::io_context& context) : socket_(context) {
  std::string path = take("NOTIFY_SOCKET");
  const std::string usec = take("WATCHDOG_USEC");
  const std::string pid = take("WATCHDOG_PID");
  if (pid.empty() || number(pid) == static_cast<std::uint64_t>(::getpid())) {
    watchdog_ = std::chrono::microseconds(number(usec));
  }
  // Otherwise it is of a kind that only virtual machines have.
  if (!path.starts_with('/') && !path.starts_with('@')) return;
  if (path.size() > max_socket_path_octets) return;
  if (path.starts_with('@')) path.front() = '\0';
  manager_ = path;
  boost::system::error_code error;
  socket_.open({}, error);
  if (!error) socket_.non_blocking(true, error);
}

void ServiceManager::tell(const std::string& state) {
  if (!socket_.is_open()) return;
  boost::system::error_code ignored;
  socket_.send_to(boost::asio::buffer(state), manager_, 0, ignored);
}

void ServiceManager::loading(std::uint64_t users, Clock::time_point now) {
  if (now < next_progress_) return;
  next_progress_ = now + progress_interval;
  tell("STATUS=Loading: " + std::to_string(users) + " users so far\n" + extend_by(load_patience));
}

void ServiceManager::ready() { tell("READY=1\nSTATUS=Serving"); }

void ServiceManager::stopping(std::chrono::milliseconds most) {
  tell("STOPPING=1\nSTATUS=Answering requests in flight\n" + extend_by(most));
}

void ServiceManager::alive(Clock::time_point turned, Clock::time_point now) {
  if (watchdog_.count() == 0 || turned <= last_alive_) return;
  // Twice as often as is needed, as sd_watchdog_enabled(3) advises; more often is of no use.
  if (now - last_alive_ < watchdog_ / 4) return;
  last_alive_ = now;
  tell("WATCHDOG=1");
}

}  // namespace rollcall::server
