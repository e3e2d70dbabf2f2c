#include "server/connection/answering.hpp"

#include "server/connection/status_problem.hpp"

namespace rollcall::server {
namespace {

using protocol::AnswerContext;
using protocol::OutputBuffer;
using protocol::Problem;
using storage::Status;

void answer_write(OutputBuffer& output, const storage::WriteOperation& operation,
                  const AnswerContext& context) {
  const bool replayed = operation.status == Status::replayed;
  if (outcome_of(operation.status) != storage::Outcome::done) {
    return write_problem(output, to_problem(operation.status), {}, context);
  }
  switch (operation.verb) {
    case storage::WriteOperation::Verb::create:
      return write_created(output, operation.id, operation.user, replayed, context);
    case storage::WriteOperation::Verb::replace:
      return write_user(output, operation.id, operation.user, context);
    case storage::WriteOperation::Verb::remove:
      // json-server's clients read the user, or its id, from the answer.
      if (operation.merged != nullptr) {
        return write_removed(output, operation.id, operation.user, context);
      }
      return write_no_content(output, "", context);
  }
}

/// If-Match comes before If-None-Match (RFC 9110, section 13.2.2).
void answer_find(OutputBuffer& output, const Exchange& exchange, const AnswerContext& context) {
  const storage::FindOperation& operation = exchange;
  if (operation.status != Status::ok) {
    return write_problem(output, to_problem(operation.status), {}, context);
  }
  const storage::UserView user = operation.user.view();
  if (exchange.asked_for) {
    const storage::Condition& condition = *exchange.asked_for;
    const storage::Version version = storage::version_of(operation.id, user);
    if (!condition.match.absent() && !condition.match.contains(version)) {
      return write_problem(output, Problem::condition_failed, {}, context);
    }
    if (condition.none_match.contains(version)) {
      return write_not_modified(output, version, context);
    }
  }
  write_user(output, operation.id, user, context);
}

void answer_list(OutputBuffer& output, const Listing& listing, const AnswerContext& context) {
  if (listing.status != Status::ok) {
    return write_problem(output, to_problem(listing.status), {}, context);
  }
  write_users(output, {listing.users, listing.total, listing.more, listing.asked, listing.query},
              context);
}

}  // namespace

void write_answer(OutputBuffer& output, const Exchange& exchange, const AnswerContext& context) {
  switch (exchange.kind) {
    case Exchange::Kind::write:
      return answer_write(output, exchange, context);
    case Exchange::Kind::find:
      return answer_find(output, exchange, context);
    case Exchange::Kind::list:
      return answer_list(output, *exchange.listing, context);
    case Exchange::Kind::stream:
      // Only if there is none: otherwise the connection writes it, piece by piece.
      return write_problem(output, Problem::too_many_listings, {}, context);
  }
}

}  // namespace rollcall::server
