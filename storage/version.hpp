#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "storage/user.hpp"

/// Which state of a user is meant, so that a write can depend on it (RFC 9110, section 13).
namespace rollcall::storage {

/// A digest of a user's id and texts: the same for the same user on every server and after every
/// restart, and another one, but for a chance of 2^-64, when anything of it differs. Not keyed:
/// who can make two states collide could have written either of them anyway.
using Version = std::uint64_t;

/// Never changes from release to release: clients keep what it gives.
Version version_of(UserId id, const UserView& user) noexcept;

/// What one precondition names: nothing, any version, or some of them.
class Versions {
 public:
  static constexpr std::size_t max_listed = 16;

  /// It was not given.
  bool absent() const noexcept { return kind_ == Kind::absent; }
  bool any() const noexcept { return kind_ == Kind::any; }
  /// Given with no version of ours: nothing is in it.
  void set_listed() noexcept { kind_ = Kind::listed; }
  void set_any() noexcept { kind_ = Kind::any; }
  /// False when max_listed are in it already.
  bool add(Version version) noexcept {
    set_listed();
    if (count_ == max_listed) return false;
    listed_[count_++] = version;
    return true;
  }
  bool contains(Version version) const noexcept {
    if (kind_ == Kind::any) return true;
    for (std::size_t i = 0; i < count_; ++i) {
      if (listed_[i] == version) return true;
    }
    return false;
  }

 private:
  enum class Kind : std::uint8_t { absent, listed, any };
  Kind kind_ = Kind::absent;
  std::uint8_t count_ = 0;
  // Not initialised beyond count_: nearly no request has any.
  std::array<Version, max_listed> listed_;
};

/// What must hold of the current user for a write to be made.
struct Condition {
  Versions match;       ///< If given, must contain the user's version.
  Versions none_match;  ///< If given, must not.
  /// What was given for `match` has a version that was altered on its way, and so matches nothing.
  bool altered_tag = false;

  bool absent() const noexcept { return match.absent() && none_match.absent(); }
  bool holds(Version version) const noexcept {
    return (match.absent() || match.contains(version)) &&
           (none_match.absent() || !none_match.contains(version));
  }
};

}  // namespace rollcall::storage
