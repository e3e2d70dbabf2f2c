#pragma once

#include <string_view>

#include "protocol/output_buffer.hpp"
#include "protocol/problem.hpp"
#include "protocol/user_reader.hpp"
#include "storage/user.hpp"

/// Whole HTTP/1.1 answers (RFC 9112), appended to a buffer. Nothing is allocated once the buffer is
/// warm. Texts of users are valid UTF-8 within the limits of storage/limits.hpp.
namespace rollcall::protocol {

/// What an answer says besides its subject.
struct AnswerContext {
  std::string_view date;           ///< IMF-fixdate, 29 characters (RFC 9110, section 5.6.7).
  bool close = false;              ///< Connection: close
  bool keep_alive_http10 = false;  ///< Connection: keep-alive, for a client of HTTP/1.0 that asked.
  bool head = false;               ///< The request was HEAD: fields as for GET, and no body.
};

/// What some problems carry.
struct ProblemExtras {
  const char* allow = "";              ///< For 405: Allow (RFC 9110, 15.5.6), a list of ours.
  const UserReader* reader = nullptr;  ///< For Problem::invalid_user: whose faults are listed.
};

/// 201, with Location and the user as JSON.
void write_created(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   const AnswerContext& context);
/// 200, with the user.
void write_user(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                const AnswerContext& context);
/// 200, with {"status":"ok"}.
void write_health(OutputBuffer& buffer, const AnswerContext& context);
/// 204, with Allow: the answer to OPTIONS.
void write_no_content(OutputBuffer& buffer, const char* allow, const AnswerContext& context);
/// The problem's status, with its problem+json (RFC 9457). Says Connection: close only if `context`
/// does: whoever answers a problem whose row says close sets it.
void write_problem(OutputBuffer& buffer, Problem problem, const ProblemExtras& extras,
                   const AnswerContext& context);
/// The interim answer 100 (RFC 9110, section 15.2.1).
void write_continue(OutputBuffer& buffer);

}  // namespace rollcall::protocol
