#pragma once

#include <cstdint>
#include <utility>

#include "protocol/answer.hpp"
#include "protocol/http/request_parser.hpp"
#include "protocol/json/user_lines.hpp"
#include "server/connection/exchange.hpp"
#include "server/connection/output.hpp"
#include "server/connection/response_queue.hpp"

namespace rollcall::server {

/// Users from one request, a line each: every line is passed on to the store as a creation, and
/// answered by a line when it is done, in their order. The answer begins while the request goes on.
class Upload final : public protocol::BodySink, private protocol::UserLineSink {
 public:
  enum class Stage : std::uint8_t {
    reading,
    ended,   ///< The request is whole: so will the answer be.
    broken,  ///< It can't be read further: the answer says why, and has no end.
  };
  /// What its lines become exchanges with.
  struct Means {
    ExchangeOwner& owner;
    ExchangePool& exchanges;
    ResponseQueue& queue;
    storage::Session& session;
  };

  Upload(const Means& means, const RequestFacts& request) noexcept
      : means_(means), answer_{request} {}

  Stage stage() const noexcept { return stage_; }
  /// The answer is in the chunked coding; otherwise it ends with the connection.
  bool chunked() const noexcept { return answer_.request.http11; }
  bool keep_alive() const noexcept { return answer_.request.keep_alive; }
  /// Lines have ended, blank ones too, since this was asked last.
  bool has_new_lines() noexcept {
    return std::exchange(lines_asked_, lines_.count()) != lines_.count();
  }

  /// The next piece of the body.
  void take(std::string_view piece, bool) override { lines_.read(piece, *this); }
  /// The body is whole.
  void finish();
  /// It is read no further, because of `why`.
  void break_off(protocol::Problem why) noexcept;

  /// The head of the answer.
  void write_head(Output& output, const protocol::AnswerContext& context);
  /// The lines at the front of the queue that are done, as one chunk; there is one.
  void write_lines(Output& output);
  /// Every line is answered and stage() is not reading: the end of the answer.
  void write_end(Output& output);
  /// The connection is closed before that.
  void abandon(Output& output) const noexcept { output.end(answer_, false); }

 private:
  void on_user(std::uint64_t line, const storage::UserView& user) override;
  void on_bad_line(std::uint64_t line, protocol::Problem problem,
                   const protocol::UserReader& reader) override;

  const Means means_;
  Output::Stream answer_;
  Stage stage_ = Stage::reading;
  protocol::Problem why_broken_{};
  protocol::UserLines lines_;
  std::uint64_t lines_asked_ = 0;  ///< Of lines_, when has_new_lines() was asked last.
};

}  // namespace rollcall::server
