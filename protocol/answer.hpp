#pragma once

#include <string_view>
#include <vector>

#include "protocol/http/accepted.hpp"
#include "protocol/http/output_buffer.hpp"
#include "protocol/http/target.hpp"
#include "protocol/json/user_reader.hpp"
#include "protocol/limits.hpp"
#include "protocol/list_query.hpp"
#include "protocol/problem.hpp"
#include "storage/list.hpp"
#include "storage/user.hpp"
#include "storage/version.hpp"

/// Whole HTTP/1.1 answers (RFC 9112), appended to a buffer. Nothing is allocated once the buffer is
/// warm. Texts of users are valid UTF-8 within the limits of storage/limits.hpp.
namespace rollcall::protocol {

/// What an answer says besides its body.
inline constexpr std::size_t date_octets = 29;
struct AnswerContext {
  std::string_view date;           ///< IMF-fixdate: date_octets (RFC 9110, section 5.6.7).
  bool close = false;              ///< Connection: close
  bool keep_alive_http10 = false;  ///< Connection: keep-alive, for a client of HTTP/1.0 that asked.
  bool head = false;               ///< The request was HEAD: fields as for GET, but no body.
  std::string_view prefix{};       ///< What paths have before them in Location and elsewhere.
  LinesType lines = LinesType::x_ndjson;  ///< What an answer in lines is called.
};

/// What some problems add to their row.
struct ProblemExtras {
  const char* fields = "";         ///< Route::fields
  const Faults* faults = nullptr;  ///< For Problem::invalid_user: the faults to list.
  const std::vector<QueryError>* query_errors = nullptr;  ///< For Problem::bad_query.
  BadOctet bad_octet = {};                                ///< For Problem::bad_target.
};

/// The contents of the answer to a listing. The caller keeps what it refers to.
struct ListAnswer {
  const storage::UserList& users;
  std::uint64_t total;
  bool more;  ///< There are users after the last one.
  const std::vector<storage::SortKey>& order;
  const ListQuery& asked;
  std::string_view query;  ///< As sent: links keep every parameter that does not choose a page.
  std::size_t link_octets = max_link_octets;  ///< What Link may have.
  std::string_view base{};                    ///< What its links have before /users.
};

/// 201, with Location, ETag and the user as JSON. With `replayed`, adds Idempotency-Replayed.
void write_created(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   bool replayed, const AnswerContext& context);
/// 200, with ETag and the user. With `replayed`, adds Idempotency-Replayed.
void write_user(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                bool replayed, const AnswerContext& context);
/// 200, with the user that was removed.
void write_removed(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   const AnswerContext& context);
/// 304, with ETag (RFC 9110, section 15.4.5).
void write_not_modified(OutputBuffer& buffer, storage::Version version,
                        const AnswerContext& context);
/// 304 of the collection of users, which has no entity tag.
void write_not_modified(OutputBuffer& buffer, const AnswerContext& context);
/// 200, with an array of users, X-Total-Count and Link (RFC 8288). If Link would have more
/// than its octets, its links are left out in the order first, last, prev, next.
void write_users(OutputBuffer& buffer, const ListAnswer& list, const AnswerContext& context);
/// 200, with {"status":"ok"}.
void write_health(OutputBuffer& buffer, const AnswerContext& context);
/// 200, with the OpenAPI document, whose server is where the document is.
void write_document(OutputBuffer& buffer, const AnswerContext& context);
/// 200, with a few links: JSON, or a page in HTML. `fields` is Route::fields.
void write_welcome(OutputBuffer& buffer, bool page, std::string_view fields,
                   const AnswerContext& context);
/// 204, with the field lines in `fields` (Route::fields): answers OPTIONS and DELETE.
void write_no_content(OutputBuffer& buffer, std::string_view fields, const AnswerContext& context);
/// The problem's status and its problem+json (RFC 9457). Says Connection: close only if `context`
/// does, so the caller must set it for a problem whose row says close.
void write_problem(OutputBuffer& buffer, Problem problem, const ProblemExtras& extras,
                   const AnswerContext& context);
/// The interim answer 100 (RFC 9110, section 15.2.1).
void write_continue(OutputBuffer& buffer);

}  // namespace rollcall::protocol
