#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "storage/open_store.hpp"
#include "tests/postgres/cluster.hpp"

namespace rollcall::storage {

/// Stores over one new schema of the shared cluster, as instances have them. `more` is put at the
/// end of their URL.
struct Instances {
  explicit Instances(std::size_t count, const StoreRules& rules = {}, const std::string& more = "")
      : url(tests::shared_cluster().url(schema) + more) {
    for (std::size_t i = 0; i < count; ++i) all.push_back(open_store(url, {.rules = rules}, {}));
  }
  ~Instances() {
    std::string error;
    for (const auto& each : all) each->close(error);
  }
  Instances(const Instances&) = delete;
  Instances& operator=(const Instances&) = delete;

  /// Runs SQL in the schema: what psql prints, unaligned.
  std::string query(const std::string& sql) const {
    return tests::shared_cluster().query("SET search_path = " + schema + ";" + sql);
  }

  const std::string schema = tests::shared_cluster().new_schema();
  const std::string url;
  std::vector<std::unique_ptr<Store>> all;
};

}  // namespace rollcall::storage
