#pragma once

#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>

#include "storage/digest.hpp"

namespace rollcall::storage {

/// A set of digests that never stops to grow: it is many small hash tables, and each grows at
/// another size of the whole. Table i has a share of all that is proportional to 2^(i / tables), so
/// while the whole doubles, one table after the other does (spiral storage: G. Martin, 1979). One
/// insertion moves at most some 1/1,400 of all digests. One thread at a time.
class DigestSet {
 public:
  using Digest = TextDigester::Digest;

  /// False if it is there already. Throws std::bad_alloc, having changed nothing.
  bool insert(const Digest& digest) { return table_of(digest).insert(digest).second; }
  void erase(const Digest& digest) noexcept { table_of(digest).erase(digest); }
  /// Room for `digests` in all, so that as many are inserted without growing much.
  void reserve(std::size_t digests);

  static constexpr std::size_t table_count = 1'024;

 private:
  using Table = boost::unordered_flat_set<Digest, TextDigester::Hash>;
  Table& table_of(const Digest& digest) noexcept { return tables_[index_of(digest)]; }
  static std::size_t index_of(const Digest& digest) noexcept;

  std::array<Table, table_count> tables_;
};

}  // namespace rollcall::storage
