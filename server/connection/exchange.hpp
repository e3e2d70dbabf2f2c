#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/json/fault.hpp"
#include "protocol/limits.hpp"
#include "protocol/list_query.hpp"
#include "protocol/problem.hpp"
#include "server/connection/answer_observer.hpp"
#include "server/connection/download.hpp"
#include "server/connection/upload_report.hpp"
#include "storage/store.hpp"

namespace rollcall::server {

struct Exchange;

/// Is told when an exchange of its own is done. A connection.
class ExchangeOwner {
 public:
  virtual void on_done() = 0;

 protected:
  ~ExchangeOwner() = default;
};

// What an exchange can be. Those that the store works on begin with its operation, through which
// they are found when it is completed.

/// A user to be written, whose text is kept here.
struct UserWrite : storage::WriteOperation {
  explicit UserWrite(Exchange& of) noexcept : exchange(of) {}

  Exchange& exchange;
  storage::UserRecord text;
};

/// A creation, a replacement or a removal.
struct Write : UserWrite {
  using UserWrite::UserWrite;

  // What few requests have.
  std::unique_ptr<storage::Condition> asked_for;  ///< If-Match and If-None-Match.
  std::unique_ptr<std::string> key_text;          ///< Idempotency-Key.
  storage::IdempotencyKey idempotency_key;
  std::unique_ptr<storage::UserRecord> whole;  ///< What a patch makes of the user.
  std::unique_ptr<std::string> prefix;         ///< What Location has before its path, if anything.

  bool has_more() const noexcept { return asked_for || key_text || whole || prefix; }
  void drop_more() noexcept {
    asked_for.reset();
    key_text.reset();
    whole.reset();
    prefix.reset();
  }
};

/// A line of an upload that is a user.
struct Line : UserWrite {
  using UserWrite::UserWrite;

  std::uint64_t number = 0;                 ///< From 1.
  storage::IdempotencyKey idempotency_key;  ///< Of the upload, if it has one.
};

/// Lines of an upload, or one, that an earlier request with its key has created.
struct KnownRun {
  explicit KnownRun(Exchange&) noexcept {}

  std::uint64_t number = 0;  ///< Of the first.
  std::uint64_t count = 0;
  storage::UserId id = 0;  ///< Of the first.
};

/// The key of an upload is opened or closed.
struct UploadKey : UserWrite {
  using UserWrite::UserWrite;

  std::unique_ptr<std::string> key_text;
  storage::IdempotencyKey idempotency_key;
  storage::UploadRuns runs;  ///< What is known under it.

  void open(std::unique_ptr<std::string> taken) {
    verb = Verb::open_upload;
    key_text = std::move(taken);
    idempotency_key.text = *key_text;
    idempotency_key.runs = &runs;
    key = &idempotency_key;
  }
  void close(std::uint64_t upload) noexcept {
    verb = Verb::close_upload;
    idempotency_key.upload = upload;
    key = &idempotency_key;
  }
  bool is_open() const noexcept {
    return verb == Verb::open_upload && status == storage::Status::ok;
  }
};

/// A line of an upload that is not a user.
struct BadLine {
  explicit BadLine(Exchange&) noexcept {}

  std::uint64_t number = 0;
  protocol::Problem problem{};
  protocol::Faults faults{};
};

struct Find : storage::FindOperation {
  explicit Find(Exchange& of) noexcept : exchange(of) {}

  Exchange& exchange;
  std::unique_ptr<storage::Condition> asked_for;
};

struct List : storage::ListOperation {
  explicit List(Exchange& of) noexcept : exchange(of) {}

  Exchange& exchange;
  protocol::ListQuery asked;  ///< Its request has been moved to the operation.
  std::size_t link_octets = protocol::max_link_octets;  ///< ListAnswer::link_octets
  std::string base;                                     ///< ListAnswer::base
  std::string query;
};

struct Export : storage::ExportOperation {
  explicit Export(Exchange& of) noexcept : exchange(of) {}

  Exchange& exchange;
  Download download;
};

/// An upload that has been read, and whose lines are done.
struct Report {
  explicit Report(Exchange&) noexcept {}

  std::unique_ptr<UploadReport> answer;
};

/// An answer that needs no store: a problem, or what the request's action says.
struct Immediate {
  explicit Immediate(Exchange&) noexcept {}

  std::optional<protocol::Problem> problem;
  const char* fields = "";                         ///< Route::fields
  protocol::Faults faults{};                       ///< For Problem::invalid_user.
  std::vector<protocol::QueryError> query_errors;  ///< For Problem::bad_query.
  protocol::BadOctet bad_octet;                    ///< For Problem::bad_target.
  std::string prefix;                              ///< AnswerContext::prefix
};

/// A request, or a line of an upload, from when it is read until it is answered. Lent by the
/// thread's ExchangePool to one connection.
struct Exchange {
  enum class Stage : std::uint8_t {
    in_store,  ///< The store has it, and completes it.
    done,      ///< It can be answered.
    parked,    ///< Neither: a part of it was answered, or may not be written yet.
  };

  ExchangeOwner* owner = nullptr;  ///< Null once the connection is closed: nobody is to be told.
  Exchange* next = nullptr;        ///< The response queue's.
  Stage stage = Stage::in_store;
  RequestFacts request;
  /// RequestFacts::caller's, whom AnswerHooks expect. Counts only if that is not null: what an
  /// exchange leaves here is kept for others.
  std::unique_ptr<protocol::Caller> caller;
  std::variant<Write, Line, BadLine, KnownRun, UploadKey, Find, List, Export, Report, Immediate>
      what{std::in_place_type<Write>, *this};

  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Makes it one of another kind, or a new one of the same.
  template <class Kind>
  Kind& become() {
    return what.emplace<Kind>(*this);
  }
  bool is_line() const noexcept {
    return std::holds_alternative<Line>(what) || std::holds_alternative<BadLine>(what) ||
           std::holds_alternative<KnownRun>(what);
  }
};

/// Creations are most of what comes: what the last one left is set anew, not made anew.
template <>
inline Write& Exchange::become<Write>() {
  auto* const same = std::get_if<Write>(&what);
  if (same == nullptr) return what.emplace<Write>(*this);
  static_cast<storage::WriteOperation&>(*same) = {};
  return *same;
}
template <>
inline Line& Exchange::become<Line>() {
  auto* const same = std::get_if<Line>(&what);
  if (same == nullptr) return what.emplace<Line>(*this);
  static_cast<storage::WriteOperation&>(*same) = {};
  return *same;
}

}  // namespace rollcall::server
