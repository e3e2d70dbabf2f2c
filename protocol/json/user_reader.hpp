#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "protocol/http/body_sink.hpp"
#include "protocol/json/fault.hpp"
#include "protocol/problem.hpp"
#include "storage/user.hpp"

namespace rollcall::protocol {

/// What a body has to be.
enum class Content : std::uint8_t {
  user,   ///< All members.
  patch,  ///< A merge patch of a user (RFC 7396): those that change. null would take one away.
};

/// Reads the JSON text of a user as it comes in, in any pieces, into a buffer of fixed size: RFC
/// 8259 to the letter, nested max_json_depth deep at most, and the rules of docs/api.md. The
/// outcome does not depend on where the body is cut. Reusable; once warm a body in one piece costs
/// no heap. Time is O(n log n) in the octets of the body, whatever they are. Not thread-safe.
class UserReader final : public BodySink {
 public:
  struct Outcome {
    bool ok;
    Problem problem;  ///< If not ok.
  };

  UserReader();
  ~UserReader();

  /// To be called before each body; ends what user() and faults() gave out.
  void reset() noexcept;
  /// The next piece of the body, not needed after the call. Does nothing once the body is known to
  /// be no JSON. How long a body may be is the caller's to bound. Who does not know says of no
  /// piece that it is the last.
  void take(std::string_view piece, bool is_last) override;
  /// The body is whole: ok, not_json, not_an_object, duplicate_member or invalid_user, the first of
  /// these that holds. To be called once, after the last piece.
  Outcome finish(Content content = Content::user);

  /// After an outcome of ok: the texts, within the limits of storage/limits.hpp, in this object;
  /// valid until reset(). Of a patch those not in members() are empty.
  storage::UserView user() const noexcept;
  /// After an outcome of ok: the members that the body has.
  storage::MemberSet members() const noexcept;
  /// After Problem::invalid_user: for each member, in the order of the contract, its fault.
  const std::array<Fault, member_count>& faults() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rollcall::protocol
