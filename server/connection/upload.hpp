#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/answer.hpp"
#include "protocol/http/request.hpp"
#include "protocol/json/line_answer.hpp"
#include "protocol/json/user_lines.hpp"
#include "server/connection/exchange_pool.hpp"
#include "server/connection/known_lines.hpp"
#include "server/connection/output.hpp"
#include "server/connection/response_queue.hpp"
#include "server/connection/upload_report.hpp"
#include "server/connection/upload_results.hpp"

namespace rollcall::server {

/// Users from one request, a line each: every line is passed on to the store as a creation. What
/// became of them is kept until the request has been read, and then is its answer (UploadReport):
/// many proxies lose an answer that begins earlier. For a client that asks for an early answer
/// (Prefer: answer=early) it begins with the request, and each line is answered when it is done.
class Upload final : public protocol::BodySink, private protocol::UserLineSink {
 public:
  enum class Stage : std::uint8_t {
    opening,  ///< The store is asked for its key: nothing is read.
    reading,
    ended,   ///< The request is whole: so will the answer be.
    broken,  ///< It can't be read further: the answer says why. An early one has no end.
  };
  /// What its lines become exchanges with.
  struct Means {
    ExchangeOwner& owner;
    ExchangePool& exchanges;
    ResponseQueue& queue;
    storage::Session& session;
    std::size_t& result_octets;  ///< Of all uploads of the thread.
  };

  Upload(const Means& means, const RequestFacts& request, const protocol::Preferences& asked);

  Stage stage() const noexcept { return stage_; }
  /// It is read no further.
  bool is_over() const noexcept { return stage_ == Stage::ended || stage_ == Stage::broken; }
  bool is_early() const noexcept { return early_; }
  const RequestFacts& request() const noexcept { return answer_.request; }
  /// Lines have ended, blank ones too, since this was asked last.
  bool has_new_lines() noexcept {
    return std::exchange(lines_asked_, lines_.count()) != lines_.count();
  }
  /// Why stage() is broken; nothing if it is not.
  std::optional<protocol::Problem> why_broken() const noexcept {
    return stage_ == Stage::broken ? std::optional(why_broken_) : std::nullopt;
  }
  /// Why it can't be read further, if so: no more of what became of its lines can be kept, or they
  /// are not those that its key stands for.
  std::optional<protocol::Problem> obstacle() const noexcept;
  /// Its lines are not those that its key stands for.
  bool differs() const noexcept { return known_.differs(); }

  /// Its key is to be opened first.
  void await_key() noexcept { stage_ = Stage::opening; }
  /// It is open, as `key` says.
  void opened(UploadKey& key);
  /// IdempotencyKey::upload, which whoever takes it is to close; 0 if there is nothing to close.
  std::uint64_t take_key() noexcept { return std::exchange(key_, 0); }

  /// The next piece of the body.
  void take(std::string_view piece, bool) override { lines_.read(piece, *this); }
  /// The body is whole.
  void finish();
  /// It is read no further, because of `why`.
  void break_off(protocol::Problem why) noexcept;

  /// The lines at the front of the queue that are done: keeps what became of them, or of an early
  /// answer writes them as one chunk.
  void settle_lines(Output& output);

  /// Every line is settled and stage() is not reading: the answer, if it is not an early one.
  std::unique_ptr<UploadReport> report(bool keep_alive);

  // An early answer.
  /// Its head, unless it is written.
  void begin_answer(Output& output, const protocol::AnswerContext& context);
  /// Every line is settled and stage() is not reading: its end.
  void write_end(Output& output);
  /// The connection is closed before that.
  void abandon(Output& output) const noexcept;

 private:
  void on_user(std::uint64_t line, const storage::UserView& user) override;
  void on_bad_line(std::uint64_t line, protocol::Problem problem,
                   const protocol::UserReader& reader) override;
  void pass_on(std::uint64_t line, const storage::UserView& user);
  void tell_known(std::uint64_t line, std::uint64_t count, storage::UserId id);
  /// `count` is 1 in an early answer.
  void created(std::uint64_t line, storage::UserId id, std::uint64_t count,
               protocol::LineWriter& lines);
  void settle(const Exchange& exchange, protocol::LineWriter& lines);

  const Means means_;
  const bool early_;
  const bool minimal_;
  bool begun_ = false;  ///< An early answer.
  Stage stage_ = Stage::reading;
  protocol::Problem why_broken_{};
  Output::Stream answer_;
  protocol::UserLines lines_;
  KnownLines known_;
  bool replayed_ = false;  ///< Lines of it are known.
  std::uint64_t key_ = 0;  ///< IdempotencyKey::upload, while it is open; otherwise 0.
  UploadResults results_;
  protocol::LineCounts counts_;    ///< Of an early answer.
  std::uint64_t lines_asked_ = 0;  ///< Of lines_, when has_new_lines() was asked last.
};

}  // namespace rollcall::server
