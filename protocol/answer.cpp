#include "protocol/answer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/http/entity_tag.hpp"
#include "protocol/json/problem_json.hpp"
#include "protocol/json/writer.hpp"
#include "protocol/limits.hpp"
#include "protocol/openapi.hpp"
#include "protocol/query_parameters.hpp"

namespace rollcall::protocol {
namespace {

/// More than any head needs without Link: the fixed fields, a reason, lists of methods and types.
constexpr std::size_t max_head_octets = 512;
static_assert(max_head_octets + max_link_octets <= max_answer_head_octets);
/// Location needs 40 of them without a prefix, of which there may be two.
static_assert(2 * max_prefix_octets + 40 < max_head_octets - 200);

void write_fields(Writer& writer, const AnswerContext& context) noexcept {
  writer.text("\r\nDate: ").fixed_text<date_octets>(context.date);
  if (context.close) {
    writer.text("\r\nConnection: close");
  } else if (context.keep_alive_http10) {
    writer.text("\r\nConnection: keep-alive");
  }
}

void write_entity_tag_field(Writer& writer, storage::Version version) noexcept {
  char tag[entity_tag_octets];
  write_entity_tag(tag, version);
  writer.text("\r\nETag: ").text({tag, sizeof tag});
}

/// What is between these, and before a path, is the prefix.
using Pieces = std::array<std::string_view, 5>;

constexpr Pieces welcome_json{R"({"name":"Rollcall","version":")" ROLLCALL_VERSION R"(","users":")",
                              R"(/users","openapi":")", R"(/openapi.json","livez":")",
                              R"(/livez","readyz":")", R"(/readyz"})"};

constexpr Pieces welcome_page{
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Rollcall</title>\n"
    "<h1>Rollcall " ROLLCALL_VERSION
    "</h1>\n<p>A users service.</p>\n<ul>\n"
    "<li><a href=\"",
    "/users\">Users</a></li>\n<li><a href=\"",
    "/openapi.json\">The interface, in OpenAPI 3.1</a></li>\n<li><a href=\"",
    "/livez\">Does it respond?</a></li>\n<li><a href=\"",
    "/readyz\">Are writes accepted?</a></li>\n</ul>\n</html>\n"};

constexpr std::string_view replayed_field = "\r\nIdempotency-Replayed: true";

/// An upper bound of a message's size.
struct Bounds {
  std::size_t body_octets;
  std::size_t head_octets = max_head_octets;
};

/// Sends `head` (without Content-Length), then the body. `write_body` runs first and writes beyond
/// the place that the head can reach, so that the head knows the length.
template <class WriteHead, class WriteBody>
void write_message(OutputBuffer& buffer, Bounds bounds, const AnswerContext& context,
                   const WriteHead& write_head, const WriteBody& write_body) {
  buffer.reserve(bounds.head_octets + bounds.body_octets);
  char* const begin = buffer.tail();
  char* const body = begin + bounds.head_octets;
  Writer body_writer(body);
  write_body(body_writer);
  const auto body_octets = static_cast<std::size_t>(body_writer.at() - body);
  Writer writer(begin);
  write_head(writer);
  write_fields(writer, context);
  writer.text("\r\nContent-Length: ").number(body_octets).text("\r\n\r\n");
  auto octets = static_cast<std::size_t>(writer.at() - begin);
  if (!context.head) {
    std::memmove(writer.at(), body, body_octets);
    octets += body_octets;
  }
  buffer.commit(octets);
}

Bounds bounds(const storage::UserView& user) noexcept {
  return {max_user_json_octets(user.octets())};
}

/// An answer without a body, whose head `write_head` writes.
template <class WriteHead>
void write_head_only(OutputBuffer& buffer, const AnswerContext& context,
                     const WriteHead& write_head) {
  buffer.reserve(max_head_octets);
  char* const begin = buffer.tail();
  Writer writer(begin);
  write_head(writer);
  write_fields(writer, context);
  writer.text("\r\n\r\n");
  buffer.commit(static_cast<std::size_t>(writer.at() - begin));
}

/// The Link field (RFC 8288) of a listing, of at most `max_octets`.
class Links {
 public:
  Links(std::size_t max_octets, std::string_view base) noexcept
      : max_octets_(max_octets), base_(base) {}

  /// In the order in which they are written.
  enum Relation : std::size_t { first, prev, next, last };

  /// A page is /users behind `base`, with `query`.
  void add(Relation relation, const std::string& query) {
    std::string& link = links_[relation];
    link.append("<").append(base_).append("/users").append(query.empty() ? "" : "?").append(query);
    link.append(">; rel=\"").append(names[relation]).append("\"");
    octets_ += (octets_ == 0 ? start.size() : separator.size()) + link.size();
  }

  void write(Writer& writer) {
    shorten();
    std::string_view before = start;
    for (const std::string& link : links_) {
      if (link.empty()) continue;
      writer.text(before).text(link);
      before = separator;
    }
  }

 private:
  static constexpr std::string_view start = "\r\nLink: ";
  static constexpr std::string_view separator = ", ";
  static constexpr std::array<std::string_view, 4> names{"first", "prev", "next", "last"};

  /// Leaves out the links that a client misses least, until the rest fits: it can make the first
  /// and the last page's itself, and goes forward rather than back.
  void shorten() noexcept {
    for (const Relation each : {first, last, prev, next}) {
      if (octets_ <= max_octets_) return;
      if (links_[each].empty()) continue;
      octets_ -= separator.size() + links_[each].size();
      links_[each].clear();
    }
  }

  const std::size_t max_octets_;
  const std::string_view base_;
  std::array<std::string, 4> links_;
  std::size_t octets_ = 0;
};

/// The pages that the answer's Link names.
Links links_of(const ListAnswer& list) {
  Links links(list.link_octets, list.base);
  const ListQuery& asked = list.asked;
  const auto page = [&](Links::Relation relation, std::uint64_t number) {
    links.add(relation, with_parameter(list.query, "_page", number));
  };
  switch (asked.paging) {
    case Paging::keyset:
      links.add(Links::first, without_parameter(list.query, "after"));
      if (list.more) {
        links.add(Links::next,
                  with_parameter(list.query, "after", list.users.id(list.users.size() - 1)));
      }
      break;
    case Paging::page: {
      const std::uint64_t size = asked.request.limit;
      const std::uint64_t last = std::max<std::uint64_t>((list.total + size - 1) / size, 1);
      page(Links::first, 1);
      if (asked.page > 1) page(Links::prev, std::min(asked.page - 1, last));
      const auto can_go_to = [&](std::uint64_t number) {
        return can_skip(list.order, (number - 1) * size);
      };
      if (asked.page < last && can_go_to(asked.page + 1)) page(Links::next, asked.page + 1);
      if (can_go_to(last)) page(Links::last, last);
      break;
    }
    case Paging::window:
      break;
  }
  return links;
}

}  // namespace

void write_created(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   bool replayed, const AnswerContext& context) {
  const Digits digits(id);
  write_message(
      buffer, bounds(user), context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: ");
        if (!context.prefix.empty()) writer.text(context.prefix);
        writer.text("/users/").text(digits.text());
        if (replayed) writer.text(replayed_field);
        write_entity_tag_field(writer, storage::version_of(id, user));
      },
      [&](Writer& writer) { write_user_json(writer, digits.text(), user); });
}

void write_user(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                bool replayed, const AnswerContext& context) {
  write_message(
      buffer, bounds(user), context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json");
        if (replayed) writer.text(replayed_field);
        write_entity_tag_field(writer, storage::version_of(id, user));
      },
      [&](Writer& writer) { write_user_json(writer, Digits(id).text(), user); });
}

void write_removed(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   const AnswerContext& context) {
  write_message(
      buffer, bounds(user), context,
      [](Writer& writer) { writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json"); },
      [&](Writer& writer) { write_user_json(writer, Digits(id).text(), user); });
}

void write_not_modified(OutputBuffer& buffer, storage::Version version,
                        const AnswerContext& context) {
  write_head_only(buffer, context, [&](Writer& writer) {
    writer.text("HTTP/1.1 304 Not Modified");
    write_entity_tag_field(writer, version);
  });
}

void write_not_modified(OutputBuffer& buffer, const AnswerContext& context) {
  write_head_only(buffer, context, [&](Writer& writer) {
    writer.text("HTTP/1.1 304 Not Modified\r\nVary: Accept");
  });
}

void write_users(OutputBuffer& buffer, const ListAnswer& list, const AnswerContext& context) {
  const storage::UserList& users = list.users;
  const Bounds bounds{users.size() * max_user_json_octets(0) + 6 * users.octets() + 2,
                      max_answer_head_octets};
  write_message(
      buffer, bounds, context,
      [&](Writer& writer) {
        writer
            .text(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nVary: "
                "Accept\r\nX-Total-Count: ")
            .number(list.total);
        links_of(list).write(writer);
      },
      [&](Writer& writer) {
        writer.text("[");
        for (std::size_t i = 0; i < users.size(); ++i) {
          if (i > 0) writer.text(",");
          write_user_json(writer, Digits(users.id(i)).text(), users.user(i));
        }
        writer.text("]");
      });
}

void write_health(OutputBuffer& buffer, const AnswerContext& context) {
  write_message(
      buffer, {max_head_octets}, context,
      [](Writer& writer) {
        writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store");
      },
      [](Writer& writer) { writer.text(R"({"status":"ok"})"); });
}

void write_document(OutputBuffer& buffer, const AnswerContext& context) {
  const std::string_view json = openapi_document();
  // A server's address may be relative to that of the document (OpenAPI 3.1, section 4.8.5). "/" is
  // in the file, so that the file is right where it is served without a prefix.
  constexpr std::string_view server = R"("url": "/")";
  const std::size_t end = json.find(server) + server.size() - 2;
  const std::string_view prefix = context.prefix.empty() ? "/" : context.prefix;
  write_message(
      buffer, {json.size() + prefix.size()}, context,
      [](Writer& writer) { writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json"); },
      [&](Writer& writer) {
        writer.text(json.substr(0, end)).text(prefix).text(json.substr(end + 1));
      });
}

void write_welcome(OutputBuffer& buffer, bool page, std::string_view fields,
                   const AnswerContext& context) {
  const Pieces& pieces = page ? welcome_page : welcome_json;
  std::size_t octets = pieces.size() * context.prefix.size();
  for (const std::string_view each : pieces) octets += each.size();
  write_message(
      buffer, {octets}, context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 200 OK\r\nContent-Type: ")
            .text(page ? "text/html; charset=utf-8" : "application/json")
            .text("\r\nVary: Accept")
            .text(fields);
      },
      [&](Writer& writer) {
        writer.text(pieces.front());
        for (std::size_t i = 1; i < pieces.size(); ++i) writer.text(context.prefix).text(pieces[i]);
      });
}

void write_no_content(OutputBuffer& buffer, std::string_view fields, const AnswerContext& context) {
  // No Content-Length: a 204 has none (RFC 9110, section 8.6).
  write_head_only(buffer, context,
                  [&](Writer& writer) { writer.text("HTTP/1.1 204 No Content").text(fields); });
}

void write_problem(OutputBuffer& buffer, Problem problem, const ProblemExtras& extras,
                   const AnswerContext& context) {
  const ProblemRow& about = row(problem);
  write_message(
      buffer, {max_problem_json_octets(extras)}, context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 ").number(about.status).text(" ").text(about.reason);
        writer.text("\r\nContent-Type: application/problem+json").text(extras.fields);
        if (about.retry_after_seconds > 0) {
          writer.text("\r\nRetry-After: ").number(about.retry_after_seconds);
        }
      },
      [&](Writer& writer) {
        writer.text("{");
        write_problem_members(writer, problem, extras);
        writer.text("}");
      });
}

void write_continue(OutputBuffer& buffer) { buffer.append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace rollcall::protocol
