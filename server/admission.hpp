#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/clock.hpp"

namespace rollcall::server {

/// Who may go on when not all can, among the connections of one thread: for room in the store, for
/// octets that clients have not read yet, and for listings. Small answers always go on; who wants
/// much waits; and who holds the most gives way first. Knows no socket and no store. One thread.
class Admission {
 public:
  /// One who may have to wait or to give way: a connection.
  class Guest {
   public:
    /// What it waited for is there, or may be: it is to try again, in the next turn.
    virtual void go_on() = 0;
    /// It is to be cut, because others need what it holds.
    virtual void give_way() = 0;

    /// Octets that its client has not read yet, as far as Admission was told.
    std::size_t unread() const noexcept { return unread_; }
    /// When there began to be some, or when the client last took any.
    Clock::time_point unread_since() const noexcept { return unread_since_; }
    /// Admission counts something as this one's: it must be told what becomes of it.
    bool is_counted() const noexcept { return unread_ + reserved_ > 0; }

   protected:
    Guest() = default;
    ~Guest() = default;

   private:
    friend class Admission;
    enum class Line : std::uint8_t { none, passed_over, crowded_out, unread };

    std::size_t unread_ = 0;
    std::size_t reserved_ = 0;  ///< Octets that it was let on for and has not written yet.
    std::size_t wanted_ = 0;    ///< While it waits in Line::unread.
    Clock::time_point unread_since_{};
    std::uint32_t place_ = 0;  ///< Among the holders, while it has unread octets.
    Line line_ = Line::none;
    bool let_on_ = false;    ///< For room, and it has taken none since.
    bool deferred_ = false;  ///< Its listing is one that nobody may wait for.
  };

  // Room in the store, for those that can wait for it: uploads.
  /// Whether it may add to the store's queue now, which says whether it has room itself.
  bool has_room(bool store_has_room) const noexcept {
    return store_has_room && passed_over_.empty() && crowded_out_.empty();
  }
  /// It goes on when there is room, those first that were let on before and found none.
  void wait_for_room(Guest& guest);
  /// It has found room.
  void took_room(Guest& guest) noexcept { guest.let_on_ = false; }

  // Octets that clients have not read.
  /// All of them, and those that somebody was let on for.
  std::size_t unread() const noexcept { return unread_; }
  /// `guest` has now so many. `took`: its client has just read some. If all together are more than
  /// max_unread_octets, the guest that holds the most gives way: perhaps this one.
  void set_unread(Guest& guest, std::size_t octets, bool took, Clock::time_point now);
  /// Whether `guest`, who has written `octets` that are not read, may write `more`: it stays
  /// within max_unsent_octets, or all stay within max_large_unread_octets.
  bool fits(const Guest& guest, std::size_t octets, std::size_t more) const noexcept;
  /// It goes on when `more` octets fit, which are reserved then until it calls set_unread().
  void wait_to_write(Guest& guest, std::size_t more);

  // Listings.
  /// False if max_listings are under way and nobody gives up a place: a deferred one does.
  bool begin_listing();
  /// It was answered, or the store has dropped it.
  void end_listing() noexcept { --listings_; }
  std::size_t listings() const noexcept { return listings_; }
  /// Its client sends no more, and so has probably gone.
  void defer_listing(Guest& guest);
  /// It was answered: there is nothing to give up any more.
  void stop_deferring(Guest& guest);

  bool anyone_waits() const noexcept {
    return !(passed_over_.empty() && crowded_out_.empty() && writers_.empty());
  }
  bool waits(const Guest& guest) const noexcept { return guest.line_ != Guest::Line::none; }
  void stop_waiting(Guest& guest);
  /// It is closed: nothing of it counts any more.
  void leave(Guest& guest);

  /// A turn ends: lets on who may.
  void end_turn(bool store_has_room);
  /// If somebody waits to write, the guest gives way that holds the most of those whose clients
  /// have read nothing for max_unread_wait.
  void on_tick(Clock::time_point now);

 private:
  void hold(Guest& guest);
  void let_go(Guest& guest);
  void make_way();
  void let_on_to_write();
  void let_on_for_room();

  std::vector<Guest*> passed_over_;  ///< In the order in which they came; so the next two.
  std::vector<Guest*> crowded_out_;
  std::vector<Guest*> writers_;
  std::vector<Guest*> holders_;  ///< Those with unread octets, in no order.
  std::vector<Guest*> deferred_;
  std::size_t unread_ = 0;
  std::size_t listings_ = 0;
};

}  // namespace rollcall::server
