#pragma once

#include <vector>

#include "storage/upload_runs.hpp"

namespace rollcall::storage {

/// All that are left of `known`.
inline std::vector<UploadRun> runs_of(UploadRuns known) {
  std::vector<UploadRun> all;
  for (; !known.empty(); known.pop()) all.push_back(known.front());
  return all;
}

}  // namespace rollcall::storage
