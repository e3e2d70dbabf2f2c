#pragma once

#include "storage/status.hpp"

namespace rollcall::storage {

/// What every operation has: a write, a find, a listing, an export.
struct Operation {
  Status status = Status::ok;  ///< Out.
  bool cancelled = false;      ///< In: false. Then the store's; see Session::cancel().
};

}  // namespace rollcall::storage
