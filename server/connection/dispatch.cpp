#include "server/connection/dispatch.hpp"

#include <boost/config.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rollcall::server {
namespace {

using protocol::Action;
using protocol::Problem;

void take_key(Write& write, IncomingRequest& request) {
  if (!request.head().key) return;
  write.key_text = request.parser->take_key();
  write.idempotency_key.text = *write.key_text;
  write.key = &write.idempotency_key;
}

/// Of a change, `user` is where the store puts the whole of it.
void become_change(Exchange& exchange, IncomingRequest& request) {
  const Action action = request.route.action;
  const protocol::Request& head = request.head();
  Write& write = exchange.become<Write>();
  const bool removes = action == Action::remove_user;
  write.verb =
      removes ? storage::WriteOperation::Verb::remove : storage::WriteOperation::Verb::replace;
  write.id = request.route.id;
  write.asked_for = request.parser->take_condition();
  write.condition = write.asked_for.get();
  if (!removes) {
    write.text.assign(request.reader->user());
    write.user = write.text.view();
    write.members = request.reader->members();
  }
  // PUT and DELETE are idempotent by themselves.
  if (action == Action::patch_user) take_key(write, request);
  // json-server's clients read the user that was removed from the answer.
  if (removes ? head.accepted.names_json() : write.members != storage::all_members) {
    write.whole = std::make_unique<storage::UserRecord>();
    write.merged = write.whole.get();
  }
}

void become_listing(Exchange& exchange, IncomingRequest& request) {
  const std::string& query = request.head().query;
  protocol::ListQuery asked = protocol::parse_list_query(query);
  if (!asked.errors.empty()) {
    become_problem(exchange, Problem::bad_query).query_errors = std::move(asked.errors);
    return;
  }
  List& list = exchange.become<List>();
  list.request = std::move(asked.request);
  list.asked = std::move(asked);
  list.query = query;
  list.base = request.parser->base();
  if (const protocol::Site* const site = request.parser->site()) {
    list.link_octets -= site->cors.max_field_octets();
  }
  if (exchange.request.caller != nullptr) {
    list.link_octets -= protocol::request_id_field.size() + protocol::max_request_id_octets;
  }
}

void become_export(Exchange& exchange, IncomingRequest& request) {
  std::vector<protocol::QueryError> errors = protocol::refuse_parameters(request.head().query);
  if (!errors.empty()) {
    become_problem(exchange, Problem::bad_query).query_errors = std::move(errors);
    return;
  }
  // To HTTP/1.0 a stream ends with its connection.
  exchange.request.keep_alive = exchange.request.keep_alive && exchange.request.http11;
  if (exchange.request.head()) {
    exchange.become<Immediate>();
  } else {
    exchange.become<Export>();
  }
}

}  // namespace

bool is_answered_at_once(Action action) noexcept {
  switch (action) {
    case Action::live:
    case Action::ready:
    case Action::describe_api:
    case Action::describe:
    case Action::preflight:
    case Action::welcome:
    case Action::welcome_page:
    case Action::not_modified:
    case Action::refuse:
      return true;
    default:
      return false;
  }
}

/// Out of the way of those who need none.
BOOST_NOINLINE void keep_prefix(Write& write, const IncomingRequest& request) {
  write.prefix = std::make_unique<std::string>(request.parser->prefix());
}

void become_creation(Exchange& exchange, IncomingRequest& request) {
  Write& write = exchange.become<Write>();
  write.text.assign(request.reader->user());
  write.user = write.text.view();
  take_key(write, request);
  if (const protocol::Site* const site = request.parser->site();
      site != nullptr && site->has_prefix()) {
    keep_prefix(write, request);
  }
}

void become_asked(Exchange& exchange, IncomingRequest& request, const Health& health) {
  switch (request.route.action) {
    case Action::find_user: {
      Find& find = exchange.become<Find>();
      find.id = request.route.id;
      find.asked_for = request.parser->take_condition();
      return;
    }
    case Action::list_users:
      return become_listing(exchange, request);
    case Action::export_users:
      return become_export(exchange, request);
    case Action::replace_user:
    case Action::patch_user:
    case Action::remove_user:
      return become_change(exchange, request);
    case Action::ready:
    case Action::welcome:
    case Action::welcome_page:
      if (const std::optional<Problem> why = health.problem()) {
        become_problem(exchange, *why);
        return;
      }
      break;
    case Action::refuse:
      become_problem(exchange, request.route.problem, request.route.fields);
      return;
    default:
      break;
  }
  Immediate& answer = exchange.become<Immediate>();
  answer.fields = request.route.fields;
  answer.prefix = request.parser->prefix();
}

Immediate& become_problem(Exchange& exchange, Problem problem, const char* fields) {
  Immediate& answer = exchange.become<Immediate>();
  answer.problem = problem;
  answer.fields = fields;
  return answer;
}

bool submit(Exchange& exchange, storage::Session& session) {
  if (auto* const write = std::get_if<Write>(&exchange.what)) {
    session.write(*write);
  } else if (auto* const find = std::get_if<Find>(&exchange.what)) {
    session.find(*find);
  } else if (auto* const list = std::get_if<List>(&exchange.what)) {
    session.list(*list);
  } else if (auto* const download = std::get_if<Export>(&exchange.what)) {
    session.export_next(*download);
  } else {
    return false;
  }
  return true;
}

}  // namespace rollcall::server
