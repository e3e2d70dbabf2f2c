#include "server/connection/answering.hpp"

#include "protocol/json/line_answer.hpp"
#include "server/connection/status_problem.hpp"

namespace rollcall::server {
namespace {

using protocol::Action;
using protocol::AnswerContext;
using protocol::OutputBuffer;
using protocol::Problem;
using storage::Status;

/// Why it does not hold.
Problem failed_condition(const storage::Condition& condition) noexcept {
  return condition.altered_tag ? Problem::altered_tag : Problem::condition_failed;
}

void refuse(OutputBuffer& output, Problem problem, const protocol::ProblemExtras& extras,
            const AnswerContext& context, AnswerHooks& hooks) {
  hooks.refused(problem);
  write_problem(output, problem, extras, context);
}

void answer_write(OutputBuffer& output, const storage::WriteOperation& operation,
                  const AnswerContext& context, AnswerHooks& hooks) {
  const bool replayed = operation.status == Status::replayed;
  if (outcome_of(operation.status) != storage::Outcome::done) {
    const bool failed = operation.status == Status::condition_failed;
    const Problem problem =
        failed ? failed_condition(*operation.condition) : to_problem(operation.status);
    return refuse(output, problem, {}, context, hooks);
  }
  switch (operation.verb) {
    case storage::WriteOperation::Verb::create:
      return write_created(output, operation.id, operation.user, replayed, context);
    case storage::WriteOperation::Verb::replace:
      return write_user(output, operation.id, operation.user, replayed, context);
    case storage::WriteOperation::Verb::remove:
      // json-server's clients read the user, or its id, from the answer.
      if (operation.merged != nullptr) {
        return write_removed(output, operation.id, operation.user, context);
      }
      return write_no_content(output, "", context);
    case storage::WriteOperation::Verb::open_upload:
    case storage::WriteOperation::Verb::close_upload:
      return;
  }
}

/// If-Match comes before If-None-Match (RFC 9110, section 13.2.2).
void answer_find(OutputBuffer& output, const Find& find, const AnswerContext& context,
                 AnswerHooks& hooks) {
  if (find.status != Status::ok) {
    return refuse(output, to_problem(find.status), {}, context, hooks);
  }
  const storage::UserView user = find.user.view();
  if (find.asked_for) {
    const storage::Condition& condition = *find.asked_for;
    const storage::Version version = storage::version_of(find.id, user);
    if (!condition.match.absent() && !condition.match.contains(version)) {
      return refuse(output, failed_condition(condition), {}, context, hooks);
    }
    if (condition.none_match.contains(version)) {
      return write_not_modified(output, version, context);
    }
  }
  write_user(output, find.id, user, false, context);
}

void answer_list(OutputBuffer& output, const List& list, const AnswerContext& context,
                 AnswerHooks& hooks) {
  if (list.status == Status::not_found) {
    const std::vector<protocol::QueryError> errors = protocol::after_is_gone();
    return refuse(output, Problem::bad_query, {.query_errors = &errors}, context, hooks);
  }
  if (list.status != Status::ok) {
    return refuse(output, to_problem(list.status), {}, context, hooks);
  }
  write_users(output,
              {list.users, list.total, list.more, list.request.order, list.asked, list.query,
               list.link_octets, list.base},
              context);
}

void answer_at_once(OutputBuffer& output, const Immediate& answer, const RequestFacts& request,
                    const AnswerContext& context, AnswerHooks& hooks) {
  if (answer.problem) {
    const protocol::ProblemExtras extras{answer.fields, &answer.faults, &answer.query_errors,
                                         answer.bad_octet};
    return refuse(output, *answer.problem, extras, context, hooks);
  }
  switch (request.action) {
    case Action::describe_api:
      return write_document(output, context);
    case Action::describe:
      return write_no_content(output, answer.fields, context);
    case Action::welcome:
    case Action::welcome_page:
      return write_welcome(output, request.action == Action::welcome_page, answer.fields, context);
    case Action::preflight:
      return write_no_content(output, "", context);
    case Action::not_modified:
      return write_not_modified(output, context);
    case Action::export_users:
      return write_stream_head(output, {request.http11}, context);
    default:
      return write_health(output, context);
  }
}

}  // namespace

void write_answer(OutputBuffer& output, const Exchange& exchange, const AnswerContext& context,
                  AnswerHooks& hooks) {
  if (const auto* const write = std::get_if<Write>(&exchange.what)) {
    if (!write->prefix) return answer_write(output, *write, context, hooks);
    AnswerContext behind = context;
    behind.prefix = *write->prefix;
    return answer_write(output, *write, behind, hooks);
  }
  if (const auto* const find = std::get_if<Find>(&exchange.what)) {
    return answer_find(output, *find, context, hooks);
  }
  if (const auto* const list = std::get_if<List>(&exchange.what)) {
    return answer_list(output, *list, context, hooks);
  }
  if (const auto* const answer = std::get_if<Immediate>(&exchange.what)) {
    AnswerContext behind = context;
    behind.prefix = answer->prefix;
    return answer_at_once(output, *answer, exchange.request, behind, hooks);
  }
  // An export that the store has not even begun: otherwise Download writes it, piece by piece.
  refuse(output, Problem::too_many_listings, {}, context, hooks);
}

}  // namespace rollcall::server
