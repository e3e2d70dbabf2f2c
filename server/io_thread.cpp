#include "server/io_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

namespace rollcall::server {

IoThread::IoThread(storage::Store& store, const Timeouts& timeouts, Environment environment)
    : store_(store),
      own_health_(environment.health == nullptr ? std::make_unique<Health>(store) : nullptr),
      context_(1),
      own_ready_set_(environment.ready_set == nullptr ? std::make_unique<EpollSet>() : nullptr),
      ready_set_(own_ready_set_ ? *own_ready_set_ : *environment.ready_set),
      clock_(*environment.clock),
      own_metrics_(environment.metrics == nullptr ? std::make_unique<ThreadMetrics>() : nullptr),
      metrics_(own_metrics_ ? *own_metrics_ : *environment.metrics),
      memory_(environment.memory),
      ready_(context_.get_executor()),
      ticker_(context_.get_executor()),
      state_(own_health_ ? *own_health_ : *environment.health, timeouts, environment.queue_delay),
      turned_(clock_.now()),
      lag_(clock_) {
  state_.site = environment.site;
  state_.proxies = environment.proxies;
  const bool cors = environment.site != nullptr && environment.site->cors.on();
  state_.hooks = {environment.observer, cors ? &environment.site->cors : nullptr};
  state_.hooks.count_by(metrics_, state_.now);
  refresh_clock();
}

IoThread::~IoThread() { ready_.release(); }

void IoThread::start(Told told) {
  told_ = std::move(told);
  thread_ = std::thread([this] { run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  refresh_clock();
  open_session();
  ready_.assign(ready_set_.descriptor());
  wait_until_ready();
  start_tick();
  context_.run();
  session_.reset();
  told_.on_ended();
}

// A session is bound to the thread that opens it.
void IoThread::open_session() {
  session_ = store_.open_session(*this);
  state_.session = session_.get();
}

void IoThread::adopt(std::unique_ptr<Transport> transport, bool turned_away) {
  count_of(turned_away).fetch_add(1, std::memory_order_relaxed);
  handed_over_.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(context_, [this, transport = std::move(transport), turned_away]() mutable {
    handed_over_.fetch_sub(1, std::memory_order_relaxed);
    take_over(std::move(transport), turned_away);
  });
}

void IoThread::add(std::unique_ptr<Transport> transport, bool turned_away) {
  count_of(turned_away).fetch_add(1, std::memory_order_relaxed);
  take_over(std::move(transport), turned_away);
}

void IoThread::take_over(std::unique_ptr<Transport> transport, bool turned_away) {
  refresh_clock();
  const int descriptor = transport->descriptor();
  auto connection = std::make_unique<Connection>(state_, std::move(transport), turned_away);
  if (!ready_set_.add(descriptor, connection.get())) {
    count_of(turned_away).fetch_sub(1, std::memory_order_relaxed);
    stop_if_drained();
    return;
  }
  Connection& added = connections_.add(std::move(connection));
  if (state_.ending < Ending::stopping) return;
  // Its client may have sent a request before the stop.
  added.stop();
  end_turn();
  schedule();
}

void IoThread::adopt_for_idle(std::unique_ptr<Transport> transport,
                              std::function<void(std::unique_ptr<Transport>)> tell) {
  boost::asio::post(context_,
                    [this, transport = std::move(transport), tell = std::move(tell)]() mutable {
                      refresh_clock();
                      std::unique_ptr<Transport> left = add_for_idle(std::move(transport));
                      end_turn();
                      schedule();
                      tell(std::move(left));
                    });
}

std::unique_ptr<Transport> IoThread::add_for_idle(std::unique_ptr<Transport> transport) {
  while (Connection* const idle = longest_idle_.find(connections_.all(), state_.now)) {
    connections_.stir(*idle);
    if (!idle->close_if_idle()) continue;
    add(std::move(transport), false);
    return nullptr;
  }
  return transport;
}

std::vector<std::unique_ptr<Transport>> IoThread::release_idle(std::size_t count) {
  std::vector<std::unique_ptr<Transport>> released;
  // In a stop the other thread may have ended.
  if (state_.ending >= Ending::stopping) return released;
  for (std::size_t i = connections_.size(); i > 0 && released.size() < count; --i) {
    std::unique_ptr<Transport> transport = connections_.all()[i - 1]->release_if_idle();
    if (!transport) continue;
    ready_set_.remove(transport->descriptor());
    released.push_back(std::move(transport));
  }
  end_turn();
  return released;
}

void IoThread::give(std::size_t count, IoThread& to) {
  boost::asio::post(context_, [this, count, &to] {
    refresh_clock();
    for (auto& each : release_idle(count)) to.adopt(std::move(each), false);
    schedule();
  });
}

std::chrono::nanoseconds IoThread::processor_time() noexcept {
  clockid_t clock{};
  timespec time{};
  if (::pthread_getcpuclockid(thread_.native_handle(), &clock) != 0 ||
      ::clock_gettime(clock, &time) != 0) {
    return {};
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void IoThread::remove(Connection& connection) {
  longest_idle_.forget(connection);
  count_of(connection.turned_away()).fetch_sub(1, std::memory_order_relaxed);
  connections_.remove(connection);
}

void IoThread::drain() {
  boost::asio::post(context_, [this] { drain_now(); });
}

void IoThread::drain_now() { state_.ending = std::max(state_.ending, Ending::draining); }

void IoThread::resume() {
  boost::asio::post(context_, [this] { resume_now(); });
}

void IoThread::resume_now() {
  if (state_.ending == Ending::draining) state_.ending = Ending::none;
}

void IoThread::stop() {
  boost::asio::post(context_, [this] { stop_now(); });
}

void IoThread::stop_now() {
  refresh_clock();
  state_.ending = std::max(state_.ending, Ending::stopping);
  connections_.for_each(&Connection::stop);
  end_turn();
  schedule();
}

void IoThread::end() {
  boost::asio::post(context_, [this] {
    drained_ = Drained::may_end;
    stop_if_drained();
  });
}

void IoThread::stop_streams() {
  boost::asio::post(context_, [this] {
    refresh_clock();
    state_.ending = Ending::uploads_stopped;
    connections_.for_each(&Connection::stop_stream);
    end_turn();
    schedule();
  });
}

void IoThread::cut() {
  boost::asio::post(context_, [this] { cut_now(); });
}

void IoThread::cut_now() {
  state_.ending = std::max(state_.ending, Ending::stopping);
  connections_.for_each(&Connection::cut);
  end_turn();
  schedule();
}

void IoThread::completed(storage::WriteOperation& operation) noexcept {
  state_.done(static_cast<UserWrite&>(operation).exchange);
}

void IoThread::completed(storage::FindOperation& operation) noexcept {
  state_.done(static_cast<Find&>(operation).exchange);
}

void IoThread::completed(storage::ListOperation& operation) noexcept {
  state_.done(static_cast<List&>(operation).exchange);
}

void IoThread::completed(storage::ExportOperation& operation) noexcept {
  state_.done(static_cast<Export&>(operation).exchange);
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
  const Clock::time_point begin = clock_.now();
  for (int i = 0; i < max_turns_a_wakeup && take_turn() && state_.now - begin < max_wakeup_time;
       ++i) {
  }
  schedule();
}

bool IoThread::take_turn() {
  auto events = ready_set_.poll();
  if (events.empty() && state_.resumed.empty() && !state_.store_works) return false;
  refresh_clock();
  lag_.begin(state_.now, events.size());
  resuming_.swap(state_.resumed);
  for (Connection* const each : resuming_) {
    connections_.stir(*each);
    each->resume();
  }
  resuming_.clear();
  // What arrives while this is handled joins the batch. Otherwise two halves of the clients take
  // turns for good: one half's requests come in while the other's are synced.
  for (int polls = 1; !events.empty(); ++polls) {
    for (const epoll_event& each : events) {
      Connection& connection = *static_cast<Connection*>(each.data.ptr);
      connections_.stir(connection);
      connection.on_ready(each.events);
    }
    if (!state_.overload.looks_again(polls, events.size(), session_->pending_writes())) break;
    events = ready_set_.poll();
    lag_.found(events.size());
  }
  end_turn();
  return true;
}

void IoThread::end_turn() {
  const Clock::time_point begun = state_.now;
  lag_.read();
  // What is completed may have more for the store.
  state_.store_works = false;
  state_.overload.before_commit({session_->pending_writes(), session_->completed_writes()}, begun);
  if (session_->end_turn()) state_.store_works = true;
  // A commit takes its time, and the deadlines of who is answered now start now.
  refresh_clock();
  state_.overload.after_commit(session_->completed_writes(), state_.now);
  // By index: what finishes may add others.
  for (std::size_t i = 0; i < state_.dirty.size(); ++i) state_.dirty[i]->finish_turn();
  state_.dirty.clear();
  lag_.answered(state_.now);
  state_.hooks.end_turn();
  metrics_.turned(state_.now - begun);
  let_on();
  if (!state_.closed.empty()) {
    std::erase_if(state_.resumed, [](const Connection* each) { return each->closed(); });
    for (Connection* const each : state_.closed) remove(*each);
    state_.closed.clear();
  }
  stop_if_drained();
}

/// In the next turn those that are let on come before all who may take the room from them again.
void IoThread::let_on() {
  if (!state_.admission.anyone_waits()) return;
  const std::vector<Connection*> others = std::exchange(state_.resumed, {});
  state_.admission.end_turn(state_.has_room());
  state_.resumed.insert(state_.resumed.end(), others.begin(), others.end());
}

void IoThread::schedule() {
  if ((state_.resumed.empty() && !state_.store_works) || turn_scheduled_) return;
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
    tick_now();
    schedule();
    start_tick();
  });
}

void IoThread::tick_now() {
  refresh_clock();
  const Connections::Survey found =
      connections_.tick(state_.now, state_.timeouts.idle, state_.ending >= Ending::stopping);
  for (std::size_t i = 0; i < found.doing.size(); ++i) {
    metrics_.set_connections(static_cast<Activity>(i), found.doing[i]);
  }
  note_admitted_writes();
  lag_.tick();
  longest_idle_since_.store(found.longest_idle, std::memory_order_relaxed);
  writes_wait_since_.store(found.write_waits, std::memory_order_relaxed);
  turned_.store(state_.now, std::memory_order_relaxed);
  state_.overload.stop_creations(memory_ != nullptr && memory_->is_full());
  state_.admission.on_tick(state_.now);
  state_.buffers.shrink();
  state_.requests.shrink();
  state_.exchanges.shrink();
  session_->tick(state_.now);
  end_turn();
}

void IoThread::note_admitted_writes() {
  using State = Overload::State;
  const State state = state_.overload.state();
  // A thread that has no connections now is not one that admits anything.
  const bool admits = state != State::off && !connections_.empty();
  const bool limits = state == State::limiting || lag_.now() > state_.overload.most() / late_share;
  metrics_.set_admitted_writes(admits ? state_.overload.limit() : 0, admits && limits);
}

void IoThread::refresh_clock() {
  state_.now = clock_.now();
  state_.date.set(clock_.date());
}

void IoThread::stop_if_drained() {
  if (!is_drained()) return;
  switch (drained_) {
    case Drained::not_yet:
      drained_ = Drained::told;
      if (told_.on_drained) told_.on_drained();
      return;
    case Drained::told:
      return;
    case Drained::may_end:
      return context_.stop();
  }
}

}  // namespace rollcall::server
