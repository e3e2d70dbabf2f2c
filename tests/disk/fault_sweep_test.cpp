#include <sqlite3.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "tests/disk/life.hpp"
#include "tests/support/settings.hpp"

/// One life, again and again: in the nth run the nth call of a kind fails.
namespace rollcall::tests::disk {
namespace {

using Kind = Step::Kind;

/// Checkpoints come between any two batches, readers are in their way, and a batch is larger than
/// any cache.
constexpr int checkpoint_frames = 12;
const Steps scenario{
    {Kind::small_batch, 1}, {Kind::large_batch, 2},  {Kind::small_batch, 3},
    {Kind::open_reader, 0}, {Kind::small_batch, 4},  {Kind::huge_batch, 5},
    {Kind::retry, 6},       {Kind::close_reader, 0}, {Kind::small_batch, 7},
    {Kind::small_batch, 8}, {Kind::restart, 0},      {Kind::small_batch, 9},
    {Kind::retry, 10},      {Kind::large_batch, 11},
};

/// Nothing fails any more: writes come back, and so does everything after a stop and a loss of
/// power.
const Steps after{{Kind::heal, 0},         {Kind::small_batch, 12}, {Kind::restart, 0},
                  {Kind::small_batch, 13}, {Kind::lose_power, 14},  {Kind::small_batch, 15}};

/// Calls of a kind that are looked at one by one; of the others every stride-th, to save time.
constexpr std::uint64_t looked_at_one_by_one = 16;
std::uint64_t stride() { return setting("ROLLCALL_TEST_STRIDE", 41); }

struct Sweep {
  const char* name;
  Fault fault;
};
std::ostream& operator<<(std::ostream& out, const Sweep& sweep) { return out << sweep.name; }

constexpr Fault fault(Call call, Target target, int code, bool lasting = false, bool half = false) {
  return {call, target, 1, code, lasting, half};
}

const std::vector<Sweep> sweeps{
    {"open of the data file", fault(Call::open, Target::data, SQLITE_CANTOPEN)},
    {"open of the log", fault(Call::open, Target::log, SQLITE_CANTOPEN)},
    {"read of the data file", fault(Call::read, Target::data, SQLITE_IOERR_READ)},
    {"read of the log", fault(Call::read, Target::log, SQLITE_IOERR_READ)},
    {"write of the data file", fault(Call::write, Target::data, SQLITE_IOERR_WRITE)},
    {"write of the log", fault(Call::write, Target::log, SQLITE_IOERR_WRITE)},
    {"data file full", fault(Call::write, Target::data, SQLITE_FULL)},
    {"log full", fault(Call::write, Target::log, SQLITE_FULL)},
    {"data file full for long", fault(Call::write, Target::data, SQLITE_FULL, true)},
    {"log full for long", fault(Call::write, Target::log, SQLITE_FULL, true)},
    {"short write of the data file", fault(Call::write, Target::data, SQLITE_FULL, false, true)},
    {"short write of the log", fault(Call::write, Target::log, SQLITE_FULL, true, true)},
    {"sync of the data file", fault(Call::sync, Target::data, SQLITE_IOERR_FSYNC)},
    {"sync of the log", fault(Call::sync, Target::log, SQLITE_IOERR_FSYNC)},
    {"syncs of the log for long", fault(Call::sync, Target::log, SQLITE_IOERR_FSYNC, true)},
    {"truncation of the data file", fault(Call::truncate, Target::data, SQLITE_IOERR_TRUNCATE)},
    {"truncation of the log", fault(Call::truncate, Target::log, SQLITE_IOERR_TRUNCATE)},
    {"shared memory", fault(Call::shared_memory, Target::data, SQLITE_IOERR_SHMMAP)},
    {"shared memory full", fault(Call::shared_memory, Target::data, SQLITE_IOERR_SHMSIZE)},
};

/// False if there was no such call any more: the sweep is over.
bool live_with(const Fault& fault) {
  Life life(checkpoint_frames, Lie::none, fault);
  for (const Step& each : scenario) life.take(each);
  const bool hit = faults_hit() > 0;
  for (const Step& each : after) life.take(each);
  if (!life.problem().empty()) BOOST_ERROR("call " << fault.nth << ": " << life.problem());
  return hit;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_sweep)

BOOST_DATA_TEST_CASE(whatever_call_fails_what_was_acknowledged_stays_and_writes_come_back,
                     boost::unit_test::data::make(sweeps), sweep) {
  Fault fault = sweep.fault;
  std::uint64_t runs = 0;
  // Another part of the calls each time that the seed is another.
  while (live_with(fault)) {
    ++runs;
    const bool one_by_one = fault.nth < looked_at_one_by_one;
    fault.nth += one_by_one                          ? 1
                 : fault.nth == looked_at_one_by_one ? 1 + first_seed() % stride()
                                                     : stride();
  }
  std::cout << sweep.name << ": " << runs << " of up to " << fault.nth - 1 << " calls" << std::endl;
  BOOST_TEST(runs > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests::disk
