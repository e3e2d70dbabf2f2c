#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "storage/postgres/inbox.hpp"
#include "storage/postgres/link.hpp"

namespace rollcall::storage::postgres {

/// An export: a transaction of its own connection that reads one snapshot, piece by piece.
class Download {
 public:
  /// `waker` must outlive it.
  Download(const std::string& url, Waker& waker);

  void next(const Pending<ExportOperation>& piece) { piece_ = piece; }
  void step(Clock::time_point now);
  void give_up() { finish(Status::unavailable); }
  bool is_idle() const noexcept { return piece_.operation == nullptr; }
  Link& link() noexcept { return link_; }

 private:
  enum class State : std::uint8_t { connecting, reading, over };
  void ask();
  void answer(Link::Reply reply);
  void finish(Status status);

  Link link_;
  State state_ = State::connecting;
  Pending<ExportOperation> piece_;
  bool begun_ = false;  ///< The transaction.
  UserId last_ = 0;     ///< That was read.
  Script script_;
  const Clock::time_point since_ = Clock::now();
};

/// All of them. Those that nobody asks for any more are closed.
class Downloads {
 public:
  Downloads(std::string url, Waker& waker) : url_(std::move(url)), waker_(waker) {}

  /// Gives the export a place, if it has none. Any thread. Status::queue_full if there are
  /// max_snapshots.
  Status begin(ExportOperation& operation);
  /// The next piece of an export that has a place.
  void add(const Pending<ExportOperation>& piece);
  void step(Clock::time_point now);
  void give_up_all();
  void keep_to(const std::optional<Host>& host) const;
  void add_links(std::vector<Link*>& to) const;
  bool is_idle() const noexcept;

 private:
  /// What a cursor and this have in common.
  struct Place {
    explicit Place(std::shared_ptr<std::atomic<std::size_t>> all) : count(std::move(all)) {}
    std::shared_ptr<std::atomic<std::size_t>> count;
    std::atomic<bool> dropped{false};
    std::unique_ptr<Download> download;  ///< The loop's thread's.
  };
  class Cursor;

  const std::string url_;
  Waker& waker_;
  const std::shared_ptr<std::atomic<std::size_t>> count_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::shared_ptr<Place>> places_;
};

}  // namespace rollcall::storage::postgres
