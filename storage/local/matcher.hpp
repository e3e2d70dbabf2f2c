#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/list.hpp"
#include "storage/local/substring.hpp"

namespace rollcall::storage {

/// How UserFilter's addresses are compared with those of users: octet by octet or, in a store whose
/// addresses are unique, as they are compared for that (storage/email_key.hpp).
enum class EmailMatch : std::uint8_t { exact, as_unique };

/// Looks at users one by one for what a filter means, its `ids` left out: those are found by id.
/// Immutable; throws std::bad_alloc when it is made. The filter must outlive it.
class Matcher {
 public:
  explicit Matcher(const UserFilter& filter, EmailMatch emails = EmailMatch::exact);

  /// Adds to `cost` what it costs, about, in octets of text searched.
  bool matches(UserId id, const UserView& user, std::size_t& cost) const noexcept;
  bool matches(UserId id, const UserView& user) const noexcept {
    std::size_t cost = 0;
    return matches(id, user, cost);
  }

 private:
  /// A requirement, with what it searches for.
  struct Part {
    const Requirement& requirement;
    std::vector<Substring> searched;  ///< One for each of its comparisons.
    bool searches = false;            ///< For some of them.
  };
  bool has_texts(const UserView& user, std::size_t& cost) const noexcept;
  bool has_email_key(std::string_view email, std::size_t& cost) const noexcept;
  bool has_part(std::string_view digits, const UserView& user, bool ascii) const noexcept;
  bool meets(const Part& part, UserId id, std::string_view digits, const UserView& user,
             bool ascii) const noexcept;

  const UserFilter& filter_;
  std::vector<std::string> email_keys_;  ///< Sorted; those of EmailMatch::as_unique.
  std::vector<Substring> substrings_;
  std::vector<Part> parts_;
  const bool by_email_key_;
  std::size_t value_cost_ = 0;        ///< Of all values of members.
  std::size_t searched_members_ = 0;  ///< Searches of one member each.
};

}  // namespace rollcall::storage
