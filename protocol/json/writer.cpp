#include "protocol/json/writer.hpp"

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

void write_user_json(Writer& writer, std::string_view id, const storage::UserView& user) {
  const bool plain = is_plain(user);
  storage::for_each_member(
      [&](auto index) { writer.text(member_prefixes[index].view()).json(user[index], plain); });
  writer.text(R"(,"id":)").text(id).text("}");
}

}  // namespace rollcall::protocol
