#include "server/io_thread.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

#include "server/connection/connection.hpp"

namespace rollcall::server {

IoThread::IoThread(storage::Store& store, const Timeouts& timeouts)
    : store_(store),
      timeouts_(timeouts),
      context_(1),
      ready_(context_.get_executor()),
      ticker_(context_.get_executor()),
      now_(Clock::now()) {
  ready_.assign(ready_set_.descriptor());
}

IoThread::~IoThread() { ready_.release(); }

void IoThread::start(std::function<void()> on_drained) {
  on_drained_ = std::move(on_drained);
  thread_ = std::thread([this] { run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  refresh_clock();
  open_session();
  wait_until_ready();
  start_tick();
  context_.run();
  session_.reset();
  on_drained_();
}

// A session is bound to the thread that opens it.
void IoThread::open_session() { session_ = store_.open_session(*this); }

void IoThread::adopt(int socket, bool turned_away) {
  count_of(turned_away).fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(context_, [this, socket, turned_away] { take_over(socket, turned_away); });
}

void IoThread::add(int socket, bool turned_away) {
  count_of(turned_away).fetch_add(1, std::memory_order_relaxed);
  take_over(socket, turned_away);
}

void IoThread::take_over(int socket, bool turned_away) {
  refresh_clock();
  auto connection = std::make_unique<Connection>(*this, socket, turned_away);
  if (draining_ || !ready_set_.add(socket, connection.get())) {
    count_of(turned_away).fetch_sub(1, std::memory_order_relaxed);
    stop_if_drained();
    return;
  }
  connection->set_place(connections_.size());
  connections_.push_back(std::move(connection));
}

void IoThread::remove(Connection& connection) {
  const std::size_t place = connection.place();
  removed_.push_back(std::move(connections_[place]));
  if (place + 1 != connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->set_place(place);
  }
  connections_.pop_back();
  count_of(connection.turned_away()).fetch_sub(1, std::memory_order_relaxed);
}

void IoThread::drain() {
  boost::asio::post(context_, [this] { drain_now(); });
}

void IoThread::drain_now() {
  refresh_clock();
  draining_ = true;
  for_each_connection(&Connection::drain);
  end_turn();
  schedule();
}

/// Each that is there now. Any of them may close itself or others meanwhile; what is closed lives
/// until the turn ends.
void IoThread::for_each_connection(void (Connection::*act)()) {
  std::vector<Connection*> all;
  all.reserve(connections_.size());
  for (const auto& each : connections_) all.push_back(each.get());
  for (Connection* const each : all) (each->*act)();
}

void IoThread::stop_streams() {
  boost::asio::post(context_, [this] {
    refresh_clock();
    streams_stopped_ = true;
    for_each_connection(&Connection::stop_stream);
    end_turn();
    schedule();
  });
}

void IoThread::cut() {
  boost::asio::post(context_, [this] {
    draining_ = true;
    for_each_connection(&Connection::cut);
    end_turn();
    schedule();
  });
}

Exchange& IoThread::take_exchange() {
  ++exchanges_in_flight_;
  Exchange& exchange = *exchanges_.take().release();
  exchange.done = false;
  exchange.next_in_line = nullptr;
  exchange.line = 0;
  return exchange;
}

void IoThread::give_back(Exchange& exchange) {
  --exchanges_in_flight_;
  exchange.asked_for.reset();
  exchange.whole.reset();
  exchange.key_text.reset();
  exchange.listing.reset();
  exchange.exporting.reset();
  exchange.bad_line.reset();
  exchanges_.give_back(std::unique_ptr<Exchange>(&exchange));
}

bool IoThread::takes_listings() {
  if (unread(Unread::listings) >= max_listed_octets) return false;
  return listings_ < max_listings || cut_deferred_listing();
}

/// Makes place for one: the client that asked for a listing and said no more has probably gone.
bool IoThread::cut_deferred_listing() {
  const auto gone = std::find_if(connections_.begin(), connections_.end(),
                                 [](const auto& each) { return each->defers_listing(); });
  if (gone == connections_.end()) return false;
  (*gone)->cut();
  return true;
}

void IoThread::list(Listing& listing) {
  ++listings_;
  session_->list(listing);
  store_works_ = true;
}

void IoThread::completed(Exchange& exchange) noexcept {
  exchange.done = true;
  if (exchange.connection != nullptr) {
    exchange.connection->on_done();
  } else {
    give_back(exchange);
  }
}

void IoThread::completed(storage::WriteOperation& operation) noexcept {
  completed(static_cast<Exchange&>(operation));
}

void IoThread::completed(storage::FindOperation& operation) noexcept {
  completed(static_cast<Exchange&>(operation));
}

void IoThread::completed(storage::ExportOperation& operation) noexcept {
  completed(*static_cast<Exporting&>(operation).exchange);
}

void IoThread::completed(storage::ListOperation& operation) noexcept {
  --listings_;
  completed(*static_cast<Listing&>(operation).exchange);
}

void IoThread::wake() noexcept {
  boost::asio::post(context_, [this] {
    refresh_clock();
    session_->deliver();
    end_turn();
    schedule();
  });
}

void IoThread::wait_until_ready() {
  ready_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                    [this](boost::system::error_code error) {
                      if (error) return;
                      take_turns();
                      wait_until_ready();
                    });
}

void IoThread::take_turns() {
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < max_turns_a_wakeup && take_turn() && now_ - begin < max_wakeup_time; ++i) {
  }
  schedule();
}

bool IoThread::take_turn() {
  auto events = ready_set_.poll();
  if (events.empty() && resumed_.empty() && !store_works_) return false;
  refresh_clock();
  resuming_.swap(resumed_);
  for (Connection* const each : resuming_) each->resume();
  resuming_.clear();
  // What arrives while this is handled joins the batch. Otherwise two halves of the clients take
  // turns for good: one half's requests come in while the other's are synced.
  for (int polls = 1; !events.empty(); ++polls) {
    for (const epoll_event& each : events) {
      static_cast<Connection*>(each.data.ptr)->on_ready(each.events);
    }
    if (polls == max_polls_a_turn) break;
    events = ready_set_.poll();
  }
  end_turn();
  return true;
}

void IoThread::end_turn() {
  session_->end_turn();
  // A listing whose answer nobody would read makes no room: it waits until others were read.
  const bool held = unread(Unread::listings) >= max_listed_octets;
  store_works_ = !held && session_->work();
  // A commit takes its time, and the deadlines of who is answered now start now.
  refresh_clock();
  // By index: what finishes may add others.
  for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->finish_turn();
  dirty_.clear();
  if (held && unread(Unread::listings) < max_listed_octets) store_works_ = listings_ > 0;
  let_streams_go_on();
  if (!removed_.empty()) {
    for (auto* const waiting : {&resumed_, &passed_over_, &crowded_out_, &without_spare_}) {
      std::erase_if(*waiting, [](const Connection* each) { return each->closed(); });
    }
    removed_.clear();
  }
  stop_if_drained();
}

void IoThread::let_streams_go_on() {
  if (!without_spare_.empty()) {
    // Their own clients may have read, whatever others have.
    const auto others =
        std::stable_partition(without_spare_.begin(), without_spare_.end(),
                              [](const auto* each) { return !each->lacks_spare(); });
    std::vector<Connection*> going(without_spare_.begin(), others);
    without_spare_.erase(without_spare_.begin(), others);
    let_go_on(std::move(going));
  }
  if (!session_->has_room()) return;
  passed_over_.insert(passed_over_.end(), crowded_out_.begin(), crowded_out_.end());
  crowded_out_.clear();
  if (!passed_over_.empty()) let_go_on(std::exchange(passed_over_, {}));
}

/// In the next turn they come before all who may take the room from them again.
void IoThread::let_go_on(const std::vector<Connection*>& going) {
  const std::vector<Connection*> others = std::exchange(resumed_, {});
  for (Connection* const each : going) each->on_room();
  resumed_.insert(resumed_.end(), others.begin(), others.end());
}

void IoThread::schedule() {
  if ((resumed_.empty() && !store_works_) || turn_scheduled_) return;
  turn_scheduled_ = true;
  boost::asio::post(context_, [this] {
    turn_scheduled_ = false;
    take_turns();
  });
}

void IoThread::start_tick() {
  ticker_.expires_after(tick);
  ticker_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    // First what has arrived: nobody is late whose octets are here.
    take_turns();
    refresh_clock();
    for_each_connection(&Connection::on_tick);
    session_->tick(now_);
    end_turn();
    schedule();
    start_tick();
  });
}

void IoThread::refresh_clock() {
  now_ = Clock::now();
  date_.set(std::time(nullptr));
}

void IoThread::stop_if_drained() {
  if (draining_ && connections_.empty() && exchanges_in_flight_ == 0) context_.stop();
}

}  // namespace rollcall::server
