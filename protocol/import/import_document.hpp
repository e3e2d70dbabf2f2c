#pragma once

#include <boost/json/array.hpp>
#include <boost/json/stream_parser.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/import/imported_user.hpp"

namespace rollcall::protocol {

/// A file of users that is one JSON text: an object with a collection, as json-server writes it, or
/// an array. Holds all of it in memory. Not thread-safe. Throws std::bad_alloc only.
class ImportDocument {
 public:
  /// `collection` names the array in an object.
  explicit ImportDocument(std::string collection);

  /// Adds the next piece. False if the text is damaged: see error().
  bool write(std::string_view piece);
  /// Call it after the last write(), if all returned true. False if the file has no users: see
  /// error().
  bool finish();
  /// What is wrong, to show to a person; contains no values from the text.
  const std::string& error() const noexcept { return error_; }
  /// After finish() returned true; valid as long as this object.
  const boost::json::array& users() const noexcept { return *users_; }
  /// Likewise: what ElementReader finds the largest id in, or null.
  const boost::json::value* export_member() const noexcept;

 private:
  bool damaged(const boost::json::error_code& code);

  const std::string collection_;
  boost::json::stream_parser parser_;
  std::size_t octets_ = 0;  ///< Parsed.
  boost::json::value root_;
  const boost::json::array* users_ = nullptr;
  std::string error_;
};

/// Whether a file that begins with `line` is NDJSON, one user per line: the line is a complete
/// object that has a member of a user, and no array named `collection`, or a largest id.
bool begins_ndjson(std::string_view line, const std::string& collection, const MemberNames& names);

}  // namespace rollcall::protocol
