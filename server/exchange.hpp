#pragma once

#include "storage/store.hpp"

namespace rollcall::server {

class Connection;

/// A request that waits for the store, and how its answer is to be sent. Owned by the I/O thread's
/// pool, lent to one connection, in the connection's list in the order of its requests. The store
/// works on one of the two operations; a create's texts lie in FindOperation::user, the one buffer.
struct Exchange : storage::CreateOperation, storage::FindOperation {
  enum class Verb : bool { create, find };

  Connection* connection = nullptr;  ///< Null once the connection is gone: nobody is to be told.
  Exchange* next_in_line = nullptr;
  Verb verb = Verb::create;
  bool done = false;
  bool head = false;        ///< HEAD: no body in the answer.
  bool keep_alive = false;  ///< The client lets the connection stay open.
  bool http11 = true;
};

}  // namespace rollcall::server
