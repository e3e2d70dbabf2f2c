#include "storage/postgres/lane.hpp"

#include <random>

#include "storage/postgres/limits.hpp"

namespace rollcall::storage::postgres {
namespace {

std::int64_t random_owner() {
  std::random_device device;
  const auto high = static_cast<std::uint64_t>(device() & 0x7fffffffU) << 32;
  // 0 is nobody.
  return static_cast<std::int64_t>(high | (device() | 1U));
}

}  // namespace

bool take_lane(Connection& connection, Lane& lane, std::string& error) {
  constexpr int attempts = 20;
  const std::int64_t owner = random_owner();
  const auto silent = std::chrono::duration_cast<std::chrono::seconds>(lane_lifetime).count();
  for (int i = 0; i < attempts; ++i) {
    Result taken = connection.run(
        "WITH free AS (SELECT lane FROM lanes WHERE owner = 0 OR seen < now() - $2::int8 * "
        "interval '1 second' ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED) UPDATE lanes l SET "
        "owner = $1::int8, seen = now() FROM free WHERE l.lane = free.lane RETURNING l.lane, "
        "l.batch, l.users",
        Parameters().add(owner).add(silent));
    if (taken.kind() == Result::Kind::done && taken.rows() == 0) {
      // Two that do this at once find the same number: then one of them looks again.
      taken = connection.run(
          "INSERT INTO lanes (lane, owner, batch) SELECT coalesce(max(lane), 0) + 1, $1::int8, 0 "
          "FROM lanes ON CONFLICT DO NOTHING RETURNING lane, batch, users",
          Parameters().add(owner));
    }
    if (taken.kind() != Result::Kind::done) {
      error = taken.kind() == Result::Kind::none ? connection.error() : taken.message();
      return false;
    }
    if (taken.rows() != 1) continue;
    lane = {taken.integer(0, 0), owner, taken.integer(0, 1), taken.integer(0, 2)};
    return true;
  }
  error = "too many instances start at the same time";
  return false;
}

}  // namespace rollcall::storage::postgres
