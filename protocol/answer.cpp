#include "protocol/answer.hpp"

#include <boost/json/serializer.hpp>
#include <charconv>
#include <cstring>

#include "protocol/text.hpp"

namespace rollcall::protocol {
namespace {

/// More than any head here takes: the fixed fields, a reason, an Allow list.
constexpr std::size_t max_head_octets = 512;

/// Writes into room that was reserved before; the callers know the bound.
class Writer {
 public:
  explicit Writer(char* at) noexcept : at_(at) {}

  Writer& text(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }

  Writer& number(std::uint64_t value) noexcept {
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
    return *this;
  }

  /// As a JSON string, quoted and escaped; not more than six octets for each of its own. `plain`:
  /// it is known that nothing needs an escape.
  Writer& json(std::string_view text, bool plain) {
    if (plain) {
      *at_++ = '"';
      this->text(text);
      *at_++ = '"';
      return *this;
    }
    boost::json::serializer serializer;
    serializer.reset(boost::json::string_view(text.data(), text.size()));
    at_ += serializer.read(at_, 6 * text.size() + 2).size();
    return *this;
  }

  char* at() const noexcept { return at_; }

 private:
  char* at_;
};

/// No text of the user needs an escape.
bool is_plain(const storage::UserView& user) noexcept {
  if (user.adjacent()) return needs_no_escape({user.last_name.data(), user.octets()});
  return needs_no_escape(user.last_name) && needs_no_escape(user.first_name) &&
         needs_no_escape(user.email);
}

/// A number's decimal digits.
class Digits {
 public:
  explicit Digits(std::uint64_t value) noexcept
      : end_(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr) {}
  std::string_view text() const noexcept {
    return {digits_, static_cast<std::size_t>(end_ - digits_)};
  }

 private:
  char digits_[20];
  const char* end_;
};

void write_user_json(Writer& writer, std::string_view id, const storage::UserView& user) {
  const bool plain = is_plain(user);
  writer.text(R"({"last-name":)").json(user.last_name, plain);
  writer.text(R"(,"first-name":)").json(user.first_name, plain);
  writer.text(R"(,"email":)").json(user.email, plain);
  writer.text(R"(,"id":)").text(id).text("}");
}

void write_fields(Writer& writer, const AnswerContext& context) noexcept {
  writer.text("\r\nDate: ").text(context.date);
  if (context.close) {
    writer.text("\r\nConnection: close");
  } else if (context.keep_alive_http10) {
    writer.text("\r\nConnection: keep-alive");
  }
}

/// Sends `head` (all but Content-Length), then the body that `write_body` writes: it goes first, at
/// a place where the head will not reach, so that its length is known when the head needs it.
template <class WriteHead, class WriteBody>
void write_message(OutputBuffer& buffer, std::size_t max_body_octets, const AnswerContext& context,
                   const WriteHead& write_head, const WriteBody& write_body) {
  buffer.reserve(max_head_octets + max_body_octets);
  char* const begin = buffer.tail();
  char* const body = begin + max_head_octets;
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

std::size_t bound(const storage::UserView& user) noexcept { return 6 * user.octets() + 128; }

void write_errors(Writer& writer, const UserReader& reader) noexcept {
  writer.text(R"(,"errors":[)");
  std::string_view separator = "";
  for (std::size_t i = 0; i < UserReader::member_count; ++i) {
    const Fault fault = reader.faults()[i];
    if (fault == Fault::none) continue;
    const MemberError error = UserReader::describe(i, fault);
    writer.text(separator).text(R"({"pointer":")").text(error.pointer);
    writer.text(R"(","detail":")").text(error.detail).text("\"}");
    separator = ",";
  }
  writer.text("]");
}

}  // namespace

void write_created(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                   const AnswerContext& context) {
  const Digits digits(id);
  write_message(
      buffer, bound(user), context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /users/")
            .text(digits.text());
      },
      [&](Writer& writer) { write_user_json(writer, digits.text(), user); });
}

void write_user(OutputBuffer& buffer, storage::UserId id, const storage::UserView& user,
                const AnswerContext& context) {
  write_message(
      buffer, bound(user), context,
      [](Writer& writer) { writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json"); },
      [&](Writer& writer) { write_user_json(writer, Digits(id).text(), user); });
}

void write_health(OutputBuffer& buffer, const AnswerContext& context) {
  write_message(
      buffer, max_head_octets, context,
      [](Writer& writer) {
        writer.text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store");
      },
      [](Writer& writer) { writer.text(R"({"status":"ok"})"); });
}

void write_no_content(OutputBuffer& buffer, const char* allow, const AnswerContext& context) {
  buffer.reserve(max_head_octets);
  char* const begin = buffer.tail();
  Writer writer(begin);
  // No Content-Length: a 204 has none (RFC 9110, section 8.6).
  writer.text("HTTP/1.1 204 No Content\r\nAllow: ").text(allow);
  write_fields(writer, context);
  writer.text("\r\n\r\n");
  buffer.commit(static_cast<std::size_t>(writer.at() - begin));
}

void write_problem(OutputBuffer& buffer, Problem problem, const ProblemExtras& extras,
                   const AnswerContext& context) {
  const ProblemRow& about = row(problem);
  constexpr std::size_t max_problem_octets = 1'024;
  write_message(
      buffer, max_problem_octets, context,
      [&](Writer& writer) {
        writer.text("HTTP/1.1 ").number(about.status).text(" ").text(about.reason);
        writer.text("\r\nContent-Type: application/problem+json");
        if (problem == Problem::method_not_allowed) writer.text("\r\nAllow: ").text(extras.allow);
        if (problem == Problem::unsupported_media_type) {
          writer.text("\r\nAccept-Post: application/json");
        }
        if (about.retry_after_seconds > 0) {
          writer.text("\r\nRetry-After: ").number(about.retry_after_seconds);
        }
      },
      [&](Writer& writer) {
        writer.text(R"({"type":")").text(about.type).text(R"(","title":")").text(about.title);
        writer.text(R"(","status":)").number(about.status);
        writer.text(R"(,"detail":")").text(about.detail).text("\"");
        if (problem == Problem::invalid_user && extras.reader != nullptr) {
          write_errors(writer, *extras.reader);
        }
        writer.text("}");
      });
}

void write_continue(OutputBuffer& buffer) { buffer.append("HTTP/1.1 100 Continue\r\n\r\n"); }

}  // namespace rollcall::protocol
