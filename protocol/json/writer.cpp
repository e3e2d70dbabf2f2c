#include "protocol/json/writer.hpp"

#include <boost/json/serializer.hpp>

#include "protocol/json/member_text.hpp"

namespace rollcall::protocol {
namespace {

/// No text of the user needs an escape.
bool is_plain(const storage::UserView& user) noexcept {
  if (user.adjacent()) return needs_no_escape({user[0].data(), user.octets()});
  bool plain = true;
  storage::for_each_member([&](auto index) { plain = plain && needs_no_escape(user[index]); });
  return plain;
}

}  // namespace

/// Boost.JSON writes what is between line breaks; of its quotation marks the first and the last
/// stay.
Writer& Writer::escaped(std::string_view text) {
  boost::json::serializer serializer;
  *at_++ = '"';
  for (;;) {
    const std::string_view piece = text.substr(0, find_line_break(text));
    serializer.reset(boost::json::string_view(piece.data(), piece.size()));
    const char before = *--at_;
    const std::size_t octets = serializer.read(at_, 6 * piece.size() + 2).size();
    *at_ = before;
    at_ += octets;
    text.remove_prefix(piece.size());
    if (text.empty()) return *this;
    const char32_t line_break = take_code_point(text);
    --at_;
    this->text(line_break == 0x85 ? "\\u0085" : line_break == 0x2028 ? "\\u2028" : "\\u2029");
  }
}

void write_user_json(Writer& writer, std::string_view id, const storage::UserView& user) {
  const bool plain = is_plain(user);
  storage::for_each_member(
      [&](auto index) { writer.text(member_prefixes[index].view()).json(user[index], plain); });
  writer.text(R"(,"id":)").text(id).text("}");
}

}  // namespace rollcall::protocol
