#pragma once

#include <memory>
#include <string>

#include "protocol/json/fault.hpp"
#include "protocol/list_query.hpp"
#include "protocol/problem.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

/// Answers that may be large, for which a thread has a bound each.
enum class Unread : std::uint8_t {
  listings,
  lines,  ///< Of streams of users.
};

class Connection;
struct Exchange;

/// A listing under way, and what its answer needs of the request.
struct Listing : storage::ListOperation {
  Exchange* exchange = nullptr;
  protocol::ListQuery asked;  ///< Its request has been moved to the operation.
  std::string query;
};

/// An export under way.
struct Exporting : storage::ExportOperation {
  Exchange* exchange = nullptr;
  bool begun = false;  ///< The head of the answer is written.
};

/// Why a line of an upload is refused.
struct BadLine {
  protocol::Problem problem;
  protocol::Faults faults;
};

/// A request that waits for the store, and how its answer is to be sent. Owned by the I/O thread's
/// pool, lent to one connection, in the connection's list in the order of its requests. The store
/// works on one of the operations; the texts of a write lie in FindOperation::user, the one buffer.
struct Exchange : storage::WriteOperation, storage::FindOperation {
  enum class Kind : std::uint8_t { write, find, list, stream };

  Connection* connection = nullptr;  ///< Null once the connection is gone: nobody is to be told.
  Exchange* next_in_line = nullptr;
  Kind kind = Kind::write;
  bool done = false;
  bool head = false;        ///< HEAD: no body in the answer.
  bool keep_alive = false;  ///< The client lets the connection stay open.
  bool http11 = true;
  std::uint64_t line = 0;  ///< Of a stream of users, from 1; 0: the exchange is a request's.
  // What few requests have.
  std::unique_ptr<storage::Condition> asked_for;  ///< If-Match and If-None-Match.
  std::unique_ptr<std::string> key_text;          ///< Idempotency-Key.
  storage::IdempotencyKey idempotency_key;
  std::unique_ptr<storage::UserRecord> whole;  ///< What a patch makes of the user.
  std::unique_ptr<Listing> listing;
  std::unique_ptr<Exporting> exporting;
  std::unique_ptr<BadLine> bad_line;
};

}  // namespace rollcall::server
