#include "storage/sqlite/wal.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "storage/store.hpp"
#include "tests/storage/sqlite/store_files.hpp"

namespace rollcall::storage {
namespace {

using Header = WalContents::Header;

/// A WAL of several transactions, and which of them each frame is of.
struct SomeWal : StoreFiles {
  const std::vector<std::size_t> transactions{1, 3, 40, 1, 1, 90, 1, 1};
  std::string octets;
  std::vector<std::size_t> transaction_of;  ///< By frame; from 0.

  SomeWal() {
    leave(500, transactions);
    octets = read_file(wal);
    std::size_t transaction = 0;
    for (std::size_t at = wal_header_octets; at < octets.size(); at += frame_octets) {
      transaction_of.push_back(transaction);
      const FrameHeader header{octets_at(at)};
      if (header.commits()) ++transaction;
    }
    BOOST_REQUIRE_EQUAL(transaction, transactions.size());
  }

  Octets octets_at(std::size_t at) const {
    return {reinterpret_cast<const unsigned char*>(octets.data()) + at, frame_header_octets};
  }
  WalContents read(const std::string& changed) const {
    write_file(wal, changed);
    return read_wal(wal);
  }
  WalContents read_flipped(std::size_t octet) const {
    std::string changed = octets;
    changed[octet] = static_cast<char>(changed[octet] ^ 4);
    return read(changed);
  }
};

/// The WAL before its last transaction and after it.
struct LastTransaction {
  std::string before;
  std::string after;
};

/// What may be on disk when the power goes before `last` is synced: any of its sectors.
std::string torn(const LastTransaction& last, std::mt19937& random) {
  std::string octets = last.after;
  // All but nothing, half of it, or nearly all.
  const auto kept_of_8 = 1 + random() % 7;
  for (std::size_t at = 0; at < octets.size(); at += sector_octets) {
    if (random() % 8 < kept_of_8) continue;
    const std::size_t size = std::min(sector_octets, octets.size() - at);
    std::string old = at < last.before.size() ? last.before.substr(at, size) : std::string();
    old.resize(size);
    octets.replace(at, size, old);
  }
  if (random() % 4 == 0) octets.resize(std::max(last.before.size(), random() % octets.size()));
  return octets;
}

void check_torn(const StoreFiles& files, const LastTransaction& last, int histories) {
  const std::uint64_t committed = [&] {
    write_file(files.wal, last.before);
    return read_wal(files.wal).committed;
  }();
  std::mt19937 random(20);
  int torn_ones = 0;
  for (int i = 0; i < histories; ++i) {
    write_file(files.wal, torn(last, random));
    const WalContents contents = read_wal(files.wal);
    BOOST_TEST((contents.header == Header::whole));
    BOOST_TEST(contents.committed >= committed);
    BOOST_TEST(!contents.synced_beyond, "history " << i);
    if (contents.committed == committed) ++torn_ones;
  }
  BOOST_TEST(torn_ones > histories * 4 / 5);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wal)

BOOST_AUTO_TEST_CASE(all_that_a_killed_process_committed_is_read) {
  const SomeWal some;
  const WalContents contents = read_wal(some.wal);
  const auto index = read_wal_index(some.shm);
  BOOST_TEST((contents.header == Header::whole));
  BOOST_TEST(contents.committed == some.transaction_of.size());
  BOOST_TEST(contents.written == contents.committed);
  BOOST_TEST(contents.room == contents.committed);
  BOOST_TEST(contents.page_octets == default_page_octets);
  BOOST_TEST(!contents.synced_beyond);
  BOOST_REQUIRE(index);
  BOOST_TEST((index->salts == contents.salts));
  BOOST_TEST(index->frames == contents.committed);
  BOOST_TEST(index->changes == some.transactions.size());
  BOOST_TEST(index->copied == 0U);
  BOOST_TEST(index->attempted == 0U);
}

BOOST_AUTO_TEST_CASE(
    one_wrong_bit_before_the_last_transaction_but_one_is_seen_to_have_been_synced) {
  const SomeWal some;
  const std::size_t last = some.transactions.size() - 1;
  for (std::size_t frame = 0; frame < some.transaction_of.size(); ++frame) {
    const std::size_t transaction = some.transaction_of[frame];
    const std::size_t begin = StoreFiles::frame(frame + 1);
    for (const std::size_t octet : {0, 5, 9, 12, 17, 23, 24, 1'000, 4'119}) {
      BOOST_TEST_CONTEXT("frame " << frame << ", octet " << octet) {
        const WalContents contents = some.read_flipped(begin + octet);
        BOOST_TEST(contents.committed <= frame);
        if (transaction + 1 < last) BOOST_TEST(contents.synced_beyond);
        // Any part of the last one may be there after a power cut.
        if (transaction == last) BOOST_TEST(!contents.synced_beyond);
        // A frame that both ends the last but one and is all of it: by what was written behind it.
        if (transaction + 1 == last && octet >= frame_header_octets) {
          BOOST_TEST(contents.synced_beyond);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_ends_of_two_transactions_beyond_reach_show_that_one_was_synced) {
  const StoreFiles files;
  files.leave(500, {1, 90, 90, 90});
  const std::string octets = read_file(files.wal);
  std::vector<std::size_t> begins;  ///< The number of each transaction's first frame.
  bool at_begin = true;
  for (std::size_t number = 1; StoreFiles::frame(number) < octets.size(); ++number) {
    if (at_begin) begins.push_back(number);
    const auto* const header =
        reinterpret_cast<const unsigned char*>(octets.data()) + StoreFiles::frame(number);
    at_begin = FrameHeader({header, frame_header_octets}).commits();
  }
  BOOST_REQUIRE(begins.size() == 4U);
  // Damages the first frame of each, so that no frame is seen to follow another transaction's end.
  for (std::size_t i = 1; i < begins.size(); ++i) {
    BOOST_REQUIRE(begins[i] - begins[i - 1] >= (i == 1 ? 1U : 3U));
    StoreFiles::flip_bit(files.wal, StoreFiles::frame(begins[i]) + frame_header_octets);
  }
  BOOST_TEST(read_wal(files.wal).synced_beyond);
}

BOOST_AUTO_TEST_CASE(frames_of_the_run_before_mean_nothing) {
  StoreFiles files;
  OpenedJournal opened(files.path);
  BOOST_REQUIRE((opened.commit(8'000, 540) == Status::ok));
  const WalContents before = read_wal(files.wal);
  opened.journal->maintain({});
  for (int i = 0; i < 3; ++i) BOOST_REQUIRE((opened.commit() == Status::ok));
  const WalContents after = read_wal(files.wal);
  BOOST_TEST(before.committed > 1'000U);
  BOOST_TEST((after.salts != before.salts));
  BOOST_TEST(after.room == before.room);
  BOOST_TEST(after.written == after.committed);
  BOOST_TEST(after.committed < 20U);
  BOOST_TEST(!after.synced_beyond);
}

BOOST_AUTO_TEST_CASE(a_last_transaction_torn_at_the_end_of_the_file_is_no_sign_of_damage) {
  const StoreFiles files;
  LastTransaction last;
  {
    OpenedJournal opened(files.path);
    for (int i = 0; i < 4; ++i) BOOST_REQUIRE((opened.commit(5) == Status::ok));
    last.before = read_file(files.wal);
    BOOST_REQUIRE((opened.commit(600) == Status::ok));
    last.after = read_file(files.wal);
  }
  check_torn(files, last, 500);
}

BOOST_AUTO_TEST_CASE(a_last_transaction_torn_over_the_run_before_is_no_sign_of_damage) {
  for (const int commits_before : {0, 7}) {
    const StoreFiles files;
    LastTransaction last;
    {
      OpenedJournal opened(files.path);
      BOOST_REQUIRE((opened.commit(8'000, 540) == Status::ok));
      opened.journal->maintain({});
      BOOST_REQUIRE((opened.commit() == Status::ok));
      for (int i = 0; i < commits_before; ++i) BOOST_REQUIRE((opened.commit() == Status::ok));
      last.before = read_file(files.wal);
      BOOST_REQUIRE((opened.commit(600) == Status::ok));
      last.after = read_file(files.wal);
    }
    check_torn(files, last, 40);
  }
}

BOOST_AUTO_TEST_CASE(what_found_the_disk_full_before_the_last_one_is_no_sign_of_damage) {
  const StoreFiles files;
  LastTransaction last;
  {
    OpenedJournal opened(files.path);
    for (int i = 0; i < 4; ++i) BOOST_REQUIRE((opened.commit(5) == Status::ok));
    for (const int writes : {31, 20}) {
      FaultyVfs::fail_writes_after(writes, FaultyVfs::full);
      BOOST_REQUIRE((opened.commit(600) == Status::disk_full));
      FaultyVfs::heal();
    }
    last.before = read_file(files.wal);
    BOOST_REQUIRE((opened.commit(150) == Status::ok));
    last.after = read_file(files.wal);
  }
  check_torn(files, last, 500);
}

BOOST_AUTO_TEST_CASE(a_wrong_header_is_damage_if_there_are_frames_behind_it) {
  const SomeWal some;
  for (std::size_t octet = 0; octet < wal_header_octets; ++octet) {
    const WalContents contents = some.read_flipped(octet);
    BOOST_TEST((contents.header == Header::damaged), octet);
    BOOST_TEST(contents.committed == 0U);
  }
  std::string hole = some.octets;
  hole.replace(0, 2 * StoreFiles::frame_octets, 2 * StoreFiles::frame_octets, '\0');
  BOOST_TEST((some.read(hole).header == Header::damaged));
  BOOST_TEST((some.read(some.octets.substr(1)).header == Header::damaged));
}

BOOST_AUTO_TEST_CASE(a_file_in_which_no_frame_was_written_is_as_good_as_none) {
  const SomeWal some;
  for (const std::string& octets :
       {std::string(), some.octets.substr(0, 31), std::string(50'000, '\0'),
        std::string(1, 'x') + some.octets.substr(1, StoreFiles::frame_octets)}) {
    const WalContents contents = some.read(octets);
    BOOST_TEST((contents.room == 0U || contents.header == Header::none));
  }
  const WalContents header_only = some.read(some.octets.substr(0, wal_header_octets));
  BOOST_TEST(header_only.room == 0U);
  BOOST_TEST((read_wal(some.path + "-no-such").header == Header::none));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_read_is_said_to_be_so) {
  const StoreFiles files;
  BOOST_CHECK_THROW(read_wal(files.directory.path().string()), StoreOpenError);
}

BOOST_AUTO_TEST_CASE(an_index_that_is_not_whole_says_nothing) {
  const SomeWal some;
  const std::string whole = read_file(some.shm);
  for (std::size_t octet = 0; octet < 2 * wal_index_information_octets; ++octet) {
    StoreFiles::flip_bit(some.shm, octet);
    BOOST_TEST(!read_wal_index(some.shm), octet);
    write_file(some.shm, whole);
  }
  for (const std::size_t size : {std::size_t{0}, wal_index_header_octets - 1}) {
    write_file(some.shm, whole.substr(0, size));
    BOOST_TEST(!read_wal_index(some.shm));
  }
  write_file(some.shm, whole.substr(0, wal_index_header_octets));
  BOOST_TEST(read_wal_index(some.shm).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
