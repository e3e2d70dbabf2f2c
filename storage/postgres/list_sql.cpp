#include "storage/postgres/list_sql.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "storage/email_key.hpp"
#include "storage/folding.hpp"
#include "storage/postgres/limits.hpp"
#include "storage/postgres/looked.hpp"
#include "storage/postgres/sql.hpp"

namespace rollcall::storage::postgres {
namespace {

std::string column(std::size_t member) { return std::string(user_members[member].column); }

/// What a search compares.
std::string folded(std::size_t subject) {
  if (subject == id_subject) return "id::text";
  return "coalesce(" + column(subject) + "_folded, lower(" + column(subject) + "))";
}

std::string number(std::uint64_t value) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return std::to_string(std::min(value, most)) + "::int8";
}

const char* operator_of(Relation relation) noexcept {
  switch (relation) {
    case Relation::differs:
      return " <> ";
    case Relation::less:
      return " < ";
    case Relation::at_most:
      return " <= ";
    case Relation::greater:
      return " > ";
    default:
      return " >= ";
  }
}

/// A condition on the columns of users, with its parameters.
class Filter {
 public:
  Filter(const UserFilter& filter, bool unique_emails, Script& script) : script_(script) {
    if (!filter.ids.empty()) {
      Array& ids = script_.array(Array::Of::integers);
      for (const UserId each : filter.ids) ids.add(static_cast<std::int64_t>(each));
      parameters_.add(ids);
      add("id = ANY (" + last() + "::int8[])");
    }
    for (std::size_t i = 0; i < member_count; ++i) {
      if (filter.texts[i].empty()) continue;
      if (unique_emails && i == index_of(Member::email)) {
        add(email_form() + " = ANY (" + texts(forms_of(filter.texts[i])) + ")");
      } else {
        add(column(i) + " = ANY (" + texts(filter.texts[i]) + ")");
      }
    }
    if (!filter.substrings.empty()) add_substrings(filter.substrings);
    for (const Requirement& each : filter.requirements) add(requirement(each));
  }

  /// " WHERE …", or "" if every user is meant.
  std::string where() const { return sql_.empty() ? "" : " WHERE " + sql_; }
  std::string where_and(const std::string& more) const {
    if (more.empty()) return where();
    return sql_.empty() ? " WHERE " + more : where() + " AND (" + more + ")";
  }
  const Parameters& parameters() const noexcept { return parameters_; }

 private:
  void add(const std::string& condition) {
    sql_ += (sql_.empty() ? "(" : " AND (") + condition + ")";
  }
  std::string last() const { return "$" + std::to_string(parameters_.size()); }
  std::string text(std::string_view value) {
    parameters_.add(value);
    return last() + "::text";
  }
  std::string texts(const std::vector<std::string>& values) {
    Array& array = script_.array(Array::Of::texts);
    for (const std::string& each : values) array.add(std::string_view(each));
    parameters_.add(array);
    return last() + "::text[]";
  }

  static std::vector<std::string> forms_of(const std::vector<std::string>& emails) {
    std::vector<std::string> forms;
    EmailKey key;
    for (const std::string& each : emails) {
      // Nobody has a longer one.
      if (each.size() <= max_email_octets) forms.emplace_back(key(each));
    }
    return forms;
  }

  void add_substrings(const std::vector<std::string>& substrings) {
    std::vector<std::string> wanted;
    for (const std::string& each : substrings) wanted.push_back(fold(each));
    std::string any = "strpos(id::text, s) > 0";
    for (std::size_t i = 0; i < member_count; ++i) any += " OR strpos(" + folded(i) + ", s) > 0";
    add("EXISTS (SELECT FROM unnest(" + texts(wanted) + ") s WHERE " + any + ")");
  }

  std::string requirement(const Requirement& wanted) {
    std::string any;
    for (const Comparison& each : wanted.any) {
      any += (any.empty() ? "" : " OR ") + comparison(wanted.subject, each);
    }
    return any.empty() ? "false" : any;
  }

  std::string comparison(std::size_t subject, const Comparison& wanted) {
    if (wanted.relation < Relation::contains) {
      const std::string by = operator_of(wanted.relation);
      return subject == id_subject ? "id" + by + number(wanted.id)
                                   : column(subject) + by + text(wanted.text);
    }
    const std::string value = folded(subject);
    const std::string searched = text(fold(wanted.text));
    switch (wanted.relation) {
      case Relation::begins_with:
        return "starts_with(" + value + ", " + searched + ")";
      case Relation::ends_with:
        return "right(" + value + ", char_length(" + searched + ")) = " + searched;
      case Relation::same_letters:
        return value + " = " + searched;
      default:
        return "strpos(" + value + ", " + searched + ") > 0";
    }
  }

  Script& script_;
  Parameters parameters_;
  std::string sql_;
};

/// Behind the user `after` in the order asked for; "" for all.
std::string behind(const ListRequest& request) {
  if (request.after == 0) return "";
  const std::string after = number(request.after);
  std::string sql = request.descending ? "id < " + after : "id > " + after;
  for (auto each = request.order.rbegin(); each != request.order.rend(); ++each) {
    const std::string value = column(each->member);
    const std::string place = "(SELECT p." + value + " FROM users p WHERE p.id = " + after + ")";
    sql = value + (each->descending ? " < " : " > ") + place + " OR (" + value + " = " + place +
          " AND (" + sql + "))";
  }
  return sql;
}

std::string order_by(const ListRequest& request) {
  std::string sql = " ORDER BY ";
  for (const SortKey& each : request.order) {
    sql += column(each.member) + (each.descending ? " DESC, " : ", ");
  }
  return sql + (request.descending ? "id DESC" : "id");
}

bool needs_place(const ListRequest& request) noexcept {
  return !request.order.empty() && request.after != 0;
}

}  // namespace

void write_listing(const ListRequest& request, bool unique_emails, Script& script) {
  script.add("SELECT set_config('statement_timeout', $1::text, true)",
             Parameters().add(std::to_string(max_list_time.count())));
  if (needs_place(request)) {
    script.add("SELECT FROM users WHERE id = " + number(request.after));
  }
  const Filter filter(request.filter, unique_emails, script);
  script.add("SELECT id, " + columns() + " FROM users" + filter.where_and(behind(request)) +
                 order_by(request) + " OFFSET " + number(request.skip) + " LIMIT " +
                 number(request.limit + 1),
             filter.parameters());
  if (request.filter.all()) {
    script.add("SELECT coalesce(sum(users), 0)::int8 FROM lanes");
  } else {
    script.add("SELECT count(*) FROM users" + filter.where(), filter.parameters());
  }
}

void take_listing(std::span<const Result> results, ListOperation& operation) {
  const ListRequest& request = operation.request;
  std::size_t next = 1;
  if (needs_place(request) && results[next++].rows() == 0) {
    operation.status = Status::not_found;
    return;
  }
  const Result& page = results[next++];
  operation.users.clear();
  for (int row = 0; row < page.rows(); ++row) {
    if (operation.users.size() == request.limit) break;
    operation.users.append(static_cast<UserId>(page.integer(row, 0)), user_in(page, row));
  }
  operation.more = static_cast<std::size_t>(page.rows()) > request.limit;
  operation.total =
      static_cast<std::uint64_t>(std::max<std::int64_t>(results[next].integer(0, 0), 0));
  operation.status = Status::ok;
}

}  // namespace rollcall::storage::postgres
