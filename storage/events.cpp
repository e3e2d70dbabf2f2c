#include "storage/events.hpp"

namespace rollcall::storage {
namespace {

class IgnoredEvents final : public Events {
 public:
  void created(const std::string&) noexcept override {}
  void unfinished_dropped(const std::string&, std::uint64_t) noexcept override {}
  void open_to_others(const std::string&, unsigned) noexcept override {}
  void recovered(const std::string&, std::uint64_t) noexcept override {}
  void upgraded(const std::string&, const std::string&) noexcept override {}
  void writes_stopped(Status, const std::string&) noexcept override {}
  void writes_resumed() noexcept override {}
  void checkpoint_failed(const std::string&) noexcept override {}
  void wal_is_large(std::uint64_t) noexcept override {}
  void wal_is_copied() noexcept override {}
  void keys_dropped_early(std::size_t) noexcept override {}
  void out_of_memory() noexcept override {}
};

}  // namespace

Events& ignored_events() noexcept {
  static IgnoredEvents events;
  return events;
}

}  // namespace rollcall::storage
