#include "protocol/import/import_document.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

namespace json = boost::json;

json::parse_options options() {
  json::parse_options chosen;
  chosen.max_depth = max_document_depth;
  return chosen;
}

}  // namespace

ImportDocument::ImportDocument(std::string collection)
    : collection_(std::move(collection)), parser_({}, options()) {
  parser_.reset(json::make_shared_resource<json::monotonic_resource>());
}

bool ImportDocument::damaged(const json::error_code& code) {
  // A literal or a character cut in two is counted from the cut.
  error_ = "is not valid JSON near octet " + std::to_string(octets_) + ": " + code.message();
  return false;
}

bool ImportDocument::write(std::string_view piece) {
  json::error_code error;
  const std::size_t taken = parser_.write_some(piece.data(), piece.size(), error);
  octets_ += taken;
  if (!error && taken < piece.size()) error = json::error::extra_data;
  return error ? damaged(error) : true;
}

bool ImportDocument::finish() {
  json::error_code error;
  parser_.finish(error);
  if (error) return damaged(error);
  root_ = parser_.release();
  users_ = root_.if_array();
  if (const json::object* const object = root_.if_object()) {
    const json::value* const value = object->if_contains(collection_);
    users_ = value == nullptr ? nullptr : value->if_array();
  }
  if (users_ != nullptr) return true;
  error_ = "has no array named " + collection_ + ": choose another with --collection";
  return false;
}

const json::value* ImportDocument::export_member() const noexcept {
  const json::object* const object = root_.if_object();
  return object == nullptr ? nullptr : object->if_contains(json::string_view(export_member_name));
}

bool begins_ndjson(std::string_view line, const std::string& collection, const MemberNames& names) {
  json::error_code error;
  const json::value value =
      json::parse(json::string_view(line.data(), line.size()), error, {}, options());
  const json::object* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return false;
  const json::value* const users = object->if_contains(collection);
  if (users != nullptr && users->is_array()) return false;
  return std::any_of(object->begin(), object->end(), [&](const json::key_value_pair& each) {
    const std::string_view name(each.key().data(), each.key().size());
    return name == largest_id_name || names.find(name).has_value();
  });
}

}  // namespace rollcall::protocol
