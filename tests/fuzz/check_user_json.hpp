#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/answer.hpp"
#include "protocol/json/user_reader.hpp"
#include "protocol/limits.hpp"
#include "tests/fuzz/cuts.hpp"
#include "tests/support/finding.hpp"

namespace rollcall::fuzz {

inline protocol::UserReader::Outcome read_pieces(
    protocol::UserReader& reader, const std::vector<std::string_view>& pieces,
    protocol::Content content = protocol::Content::user) {
  reader.reset();
  // The end is known or not, by the length of the first piece: either must make no difference.
  const bool says_last = !pieces.empty() && pieces.front().size() % 2 == 0;
  for (const std::string_view& piece : pieces) {
    reader.take(piece, says_last && &piece == &pieces.back());
  }
  return reader.finish(content);
}

/// Checks with Boost.JSON's own DOM that the answer to a create holds the same user.
inline void check_answer(const storage::UserView& user) {
  protocol::OutputBuffer buffer;
  protocol::AnswerContext context;
  context.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  protocol::write_created(buffer, 7, user, false, context);
  const std::string_view all(buffer.data(), buffer.size());
  const std::size_t body = all.find("\r\n\r\n") + 4;
  const auto echoed = boost::json::parse(std::string(all.substr(body))).as_object();
  tests::require(echoed.at("last-name").as_string() == user.last_name,
                 "the answer's last-name differs");
  tests::require(echoed.at("first-name").as_string() == user.first_name,
                 "the answer's first-name differs");
  tests::require(echoed.at("email").as_string() == user.email, "the answer's email differs");
}

/// Compares UserReader with Boost.JSON's DOM: both accept the same texts and see the same user.
inline void check_dom(std::string_view text, const protocol::UserReader& reader,
                      const protocol::UserReader::Outcome& outcome) {
  boost::json::parse_options options;
  options.max_depth = protocol::max_json_depth;
  boost::json::error_code error;
  const auto dom = boost::json::parse({text.data(), text.size()}, error, {}, options);
  // The DOM refuses exponents that are out of range; RFC 8259 and UserReader allow them.
  if (error == boost::json::error::exponent_overflow) return;
  const bool is_json = outcome.ok || outcome.problem != protocol::Problem::not_json;
  tests::require(is_json == !error, "one parser takes for JSON what the other refuses");
  if (!outcome.ok) return;
  const auto& object = dom.as_object();
  tests::require(object.at("last-name").as_string() == reader.user().last_name,
                 "last-name differs");
  tests::require(object.at("first-name").as_string() == reader.user().first_name,
                 "first-name differs");
  tests::require(object.at("email").as_string() == reader.user().email, "email differs");
}

/// The same text as a patch must give the members that it contains, and no others.
inline void check_patch(std::string_view input, const protocol::UserReader::Outcome& user) {
  static protocol::UserReader whole;
  static protocol::UserReader pieces;
  const std::string_view text = bytes_of(input);
  const auto outcome = read_pieces(whole, {text}, protocol::Content::patch);
  const auto other = read_pieces(pieces, cut(input), protocol::Content::patch);
  tests::require(other.ok == outcome.ok && (outcome.ok || other.problem == outcome.problem),
                 "a cut changes what a patch is");
  if (user.ok) {
    tests::require(outcome.ok && whole.members() == storage::all_members, "a user is not a patch");
  } else if (user.problem != protocol::Problem::invalid_user) {
    tests::require(!outcome.ok && outcome.problem == user.problem, "a patch has another problem");
  }
  if (!outcome.ok) return;
  tests::require(pieces.members() == whole.members() && pieces.user() == whole.user(),
                 "a cut changes a patch");
  boost::json::error_code error;
  const auto dom = boost::json::parse({text.data(), text.size()}, error);
  if (error == boost::json::error::exponent_overflow) return;
  const auto has = [&](storage::MemberSet member) { return (whole.members() & member) != 0; };
  const auto same = [&](const char* name, bool has_it, std::string_view value) {
    const auto* const found = dom.as_object().if_contains(name);
    tests::require(has_it == (found != nullptr), "a patch has a member too many or too few");
    tests::require(value == (has_it ? std::string_view(found->as_string()) : std::string_view()),
                   "a patch has another value");
  };
  same("last-name", has(storage::set_of(storage::Member::last_name)), whole.user().last_name);
  same("first-name", has(storage::set_of(storage::Member::first_name)), whole.user().first_name);
  same("email", has(storage::set_of(storage::Member::email)), whole.user().email);
}

inline void check_user_json(std::string_view input) {
  static protocol::UserReader whole;
  static protocol::UserReader pieces;
  const std::string_view text = bytes_of(input);
  const auto outcome = read_pieces(whole, {text});
  for (const auto& each : {cut(input), octets(input)}) {
    const auto other = read_pieces(pieces, each);
    tests::require(other.ok == outcome.ok, "a cut decides");
    if (!outcome.ok) {
      tests::require(other.problem == outcome.problem, "a cut changes the problem");
      tests::require(
          other.problem != protocol::Problem::invalid_user || pieces.faults() == whole.faults(),
          "a cut changes the faults");
    } else {
      tests::require(pieces.user().last_name == whole.user().last_name &&
                         pieces.user().first_name == whole.user().first_name &&
                         pieces.user().email == whole.user().email,
                     "a cut changes the user");
    }
  }
  check_dom(text, whole, outcome);
  check_patch(input, outcome);
  if (outcome.ok) check_answer(whole.user());
}

}  // namespace rollcall::fuzz
