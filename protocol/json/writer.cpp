#include "protocol/json/writer.hpp"

namespace rollcall::protocol {
namespace {

/// No text of the user needs an escape.
bool is_plain(const storage::UserView& user) noexcept {
  if (user.adjacent()) return needs_no_escape({user.last_name.data(), user.octets()});
  return needs_no_escape(user.last_name) && needs_no_escape(user.first_name) &&
         needs_no_escape(user.email);
}

}  // namespace

void write_user_json(Writer& writer, std::string_view id, const storage::UserView& user) {
  const bool plain = is_plain(user);
  writer.text(R"({"last-name":)").json(user.last_name, plain);
  writer.text(R"(,"first-name":)").json(user.first_name, plain);
  writer.text(R"(,"email":)").json(user.email, plain);
  writer.text(R"(,"id":)").text(id).text("}");
}

}  // namespace rollcall::protocol
